import type { BlobStore } from "../protocol/blob/blob_store.ts";
import type { Collected } from "../protocol/http/rollout_api.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { testsOf } from "./core/recognizer_tests.ts";
import type { MasterState } from "./core/state.ts";
import type { RecognizerRecord } from "./ledger/ledger.ts";

/**
 * Deletes the files of `removed` versions that no version which is served needs. Files of anything else (galleries, uploads
 * on their way) are never touched: what cannot be told to be garbage is none.
 */
export async function collectGarbage({ state, durable, removed }: {
  readonly state: MasterState;
  readonly durable: BlobStore;
  readonly removed: readonly RecognizerRecord[];
}): Promise<Collected> {
  const collected = { files: 0, bytes: 0 };
  for (const digest of garbageOf(state, removed)) {
    const size = await durable.stat(digest);
    // A version may have come back while the last file was deleted.
    if (size === null || neededDigests(state).has(digest)) continue;
    if (!await durable.delete(digest)) continue;
    collected.files++;
    collected.bytes += size;
  }
  return collected;
}

/** The files of `removed` that no served version needs, each once. */
export function garbageOf(
  state: MasterState,
  removed: readonly Pick<RecognizerRecord, "manifest" | "document">[],
): Digest[] {
  const needed = neededDigests(state);
  const files = new Set(removed.flatMap(filesOf));
  return [...files].filter((digest) => !needed.has(digest));
}

function neededDigests(state: MasterState): Set<Digest> {
  const needed = new Set([...state.recognizers.values()].flatMap(filesOf));
  for (const { spec: { image } } of state.tasks.values()) if (image !== null) needed.add(image.digest);
  for (const { rollout } of state.lineages.values()) {
    for (const { image } of rollout?.spec.settings.tests ?? []) needed.add(image.digest);
  }
  return needed;
}

function filesOf({ manifest, document }: Pick<RecognizerRecord, "manifest" | "document">): Digest[] {
  const tests = testsOf(document).map(({ image }) => image.digest);
  return [manifest.digest, ...document.layers.map(({ digest }) => digest), ...tests];
}
