import type { RolloutRecord } from "../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Manifest } from "../../models/manifest.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { FleetRecord } from "../core/apply/restore_fleet.ts";
import type { DurableEvent } from "../core/messages/durable_event.ts";
import type { NodeRecord } from "../core/state/state.ts";

/** A model as the ledger stores it. */
export interface ModelRecord {
  readonly manifest: BlobReference;
  readonly document: Manifest;
  /** Milliseconds since the Unix epoch. */
  readonly registeredAtMs: number;
}

/** The version that the bare name of a model means. */
export interface LineageRecord {
  readonly name: string;
  readonly latest: Digest;
  readonly previous: Digest | null;
}

/** A rollout of the model `name`. It is still running if its record has no end. */
export interface RolloutRow {
  readonly name: string;
  readonly record: RolloutRecord;
}

/** All state that survives a restart of the master. */
export interface LedgerSnapshot {
  /** In the order in which they were first seen. */
  readonly nodes: readonly NodeRecord[];
  /** In the order in which they were first registered. */
  readonly models: readonly ModelRecord[];
  /** Removed versions: they are no longer served, though the catalog may still have them. */
  readonly removed: readonly ModelRecord[];
  readonly lineages: readonly LineageRecord[];
  readonly pinned: readonly Digest[];
  /** Newest first. */
  readonly rollouts: readonly RolloutRow[];
  readonly fleet: FleetRecord;
}

/**
 * Durable store of the master's state. Adapters: memory, SQLite. A call returns once the change is
 * durable: each turn of the master makes one `append`, and sends nothing before it returns.
 */
export interface Ledger {
  /**
   * Returns the state that all events so far have led to. Throws `home_unusable` if it cannot be
   * read.
   */
  load(): LedgerSnapshot;
  /**
   * Stores all of `events` or, if it throws, none of them. Throws `disk_full` or `home_unusable` if
   * they cannot be written.
   */
  append(events: readonly DurableEvent[]): void;
  /** Closes the ledger; further calls do nothing. */
  close(): void;
}
