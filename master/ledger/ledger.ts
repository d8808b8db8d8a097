import type { RolloutRecord } from "../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Manifest } from "../../models/manifest.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { DurableEvent } from "../core/messages/durable_event.ts";
import type { NodeRecord } from "../core/state/state.ts";

/** A model as the ledger keeps it. */
export interface ModelRecord {
  readonly manifest: BlobReference;
  readonly document: Manifest;
  /** Milliseconds since the Unix epoch. */
  readonly registeredAtMs: number;
}

/** Which version a bare name means. */
export interface LineageRecord {
  readonly name: string;
  readonly latest: Digest;
  readonly previous: Digest | null;
}

/** A rollout of the model `name`; one without an end runs. */
export interface RolloutRow {
  readonly name: string;
  readonly record: RolloutRecord;
}

/** All that survives a restart of the master. */
export interface LedgerSnapshot {
  /** First seen first. */
  readonly nodes: readonly NodeRecord[];
  /** First registered first. */
  readonly models: readonly ModelRecord[];
  /** Versions that were removed: not served any more, though the catalog may have them. */
  readonly removed: readonly ModelRecord[];
  readonly lineages: readonly LineageRecord[];
  readonly pinned: readonly Digest[];
  /** Newest first. */
  readonly rollouts: readonly RolloutRow[];
}

/**
 * What the master must not forget. Adapters: memory, SQLite. Calls return when it is done: a turn of the master is one
 * `append`, and nothing is sent before it.
 */
export interface Ledger {
  /** What all events so far have come to. Throws `home_unusable` when it cannot be read. */
  load(): LedgerSnapshot;
  /** Keeps all of `events` or, when it throws, none of them: `disk_full` or `home_unusable` when it cannot be written. */
  append(events: readonly DurableEvent[]): void;
  /** May be called again. */
  close(): void;
}
