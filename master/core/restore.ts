import type { Manifest } from "../../models/manifest.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import { apply } from "./apply.ts";
import type { MasterState, Moment, NodeRecord } from "./state.ts";

/** Folds what a ledger remembers into a new `state`: everything known, nobody connected. */
export function restore(
  state: MasterState,
  memory: {
    readonly nodes: readonly NodeRecord[];
    readonly recognizers: readonly {
      readonly manifest: BlobReference;
      readonly document: Manifest;
      readonly registeredAtMs: number;
    }[];
  },
  now: Moment,
): void {
  for (const record of memory.nodes) apply(state, { type: "node_recorded", record });
  for (const { manifest, document, registeredAtMs } of memory.recognizers) {
    apply(state, {
      type: "recognizer_registered",
      manifest,
      document,
      atMs: now.nowMs,
      atWallMs: registeredAtMs,
    });
  }
}
