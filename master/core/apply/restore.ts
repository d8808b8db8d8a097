import type { RolloutRecord } from "../../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Manifest } from "../../../models/manifest.ts";
import type { BlobReference } from "../../../protocol/messages/task.ts";
import { apply } from "./apply.ts";
import { versionsOf } from "../state/lineage.ts";
import { specOf } from "../state/rollout.ts";
import type { MasterState, Moment, NodeRecord } from "../state/state.ts";

/** Applies what a ledger holds to a new `state`: everything is known, no node is connected. */
export function restore(
  state: MasterState,
  memory: {
    readonly nodes: readonly NodeRecord[];
    readonly models: readonly {
      readonly manifest: BlobReference;
      readonly document: Manifest;
      readonly registeredAtMs: number;
    }[];
    readonly lineages: readonly {
      readonly name: string;
      readonly latest: Digest;
      readonly previous: Digest | null;
    }[];
    readonly pinned: readonly Digest[];
    /** Newest first. */
    readonly rollouts: readonly { readonly name: string; readonly record: RolloutRecord }[];
  },
  now: Moment,
): void {
  for (const record of memory.nodes) apply(state, { type: "node_recorded", record });
  for (const { manifest, document, registeredAtMs } of memory.models) {
    apply(state, {
      type: "model_registered",
      manifest,
      document,
      atMs: now.nowMs,
      atWallMs: registeredAtMs,
    });
  }
  restoreVersions(state, memory, now);
}

/**
 * Restores latest versions, pins and rollouts. A version that is no longer served is neither a
 * latest version nor part of a rollout. A rollout that was running starts anew.
 */
function restoreVersions(
  state: MasterState,
  { lineages, pinned, rollouts }: Pick<Parameters<typeof restore>[1], "lineages" | "pinned" | "rollouts">,
  { nowMs: atMs }: Moment,
): void {
  const isServed = (digest: Digest) => state.models.has(digest);
  for (const { name, latest, previous } of lineages) {
    if (!isServed(latest)) continue;
    const back = previous !== null && isServed(previous) ? previous : null;
    apply(state, { type: "latest_moved", name, to: latest, previous: back });
  }
  adoptOrphans(state);
  for (const manifestDigest of pinned.filter(isServed)) {
    apply(state, { type: "version_pinned", manifestDigest, pinned: true });
  }
  for (const { name, record } of [...rollouts].reverse()) {
    const lineage = state.lineages.get(name);
    if (lineage === undefined) continue;
    if (record.endedMs !== null) apply(state, { type: "rollout_ended", name, record });
    else if (lineage.rollout === null && lineage.latest === record.fromDigest && isServed(record.toDigest)) {
      apply(state, { type: "rollout_begun", spec: specOf(name, record), record, atMs });
    }
  }
}

/**
 * Makes the highest remaining version the latest one, for names whose latest version is gone or was
 * never recorded.
 */
function adoptOrphans(state: MasterState): void {
  for (const { document: { name } } of state.models.values()) {
    if (state.lineages.has(name)) continue;
    const highest = versionsOf(state, name).at(-1);
    if (highest === undefined) continue;
    apply(state, { type: "latest_moved", name, to: highest.manifest.digest, previous: null });
  }
}
