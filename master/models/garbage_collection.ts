import type { Manifest } from "../../models/manifest.ts";
import type { RegisteredModel } from "../../models/registry.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Collected } from "../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { testsOf } from "../core/decide/test_images.ts";
import type { MasterState } from "../core/state/state.ts";
import type { ModelRecord } from "../ledger/ledger.ts";

export interface GarbageOptions {
  readonly state: MasterState;
  readonly durable: BlobStore;
  /** Versions that were removed. */
  readonly removed: readonly ModelRecord[];
  /** Returns the versions that can be requested, whether they are served already or not. */
  readonly registered: () => readonly RegisteredModel[];
  /** Returns files that must be kept although no version needs them yet. */
  readonly protectedFiles?: () => ReadonlySet<Digest>;
}

/**
 * Deletes the files of removed versions that nothing else needs. Files that never belonged to a
 * removed version (those of galleries, or of running uploads) are never touched: only what is known
 * to be garbage is deleted.
 */
export async function collectGarbage(options: GarbageOptions): Promise<Collected> {
  const collected = { files: 0, bytes: 0 };
  const { durable, removed } = options;
  for (const digest of new Set(removed.flatMap(({ manifest, document }) => filesOf(manifest.digest, document)))) {
    const size = await durable.stat(digest);
    // Computed anew for each file: a removed version may return while other files are deleted.
    if (size === null || neededDigests(options).has(digest) || !await durable.delete(digest)) continue;
    collected.files++;
    collected.bytes += size;
  }
  return collected;
}

function neededDigests({ state, registered, protectedFiles }: GarbageOptions): Set<Digest> {
  const needed = new Set(protectedFiles?.());
  const add = (digests: readonly Digest[]) => digests.forEach((digest) => needed.add(digest));
  for (const { manifest, document } of state.models.values()) add(filesOf(manifest.digest, document));
  for (const { digest, manifest } of registered()) add(filesOf(digest, manifest));
  for (const { spec: { image } } of state.tasks.values()) if (image !== null) needed.add(image.digest);
  for (const { rollout } of state.lineages.values()) {
    for (const { image } of rollout?.spec.settings.tests ?? []) needed.add(image.digest);
  }
  return needed;
}

function filesOf(manifestDigest: Digest, document: Manifest): Digest[] {
  const files = document.files.map(({ digest }) => digest);
  return [manifestDigest, ...files, ...testsOf(document).map(({ image }) => image.digest)];
}
