import type { Manifest } from "../../models/manifest.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { DurableEvent } from "../core/durable_event.ts";
import type { NodeRecord } from "../core/state.ts";

/** A recognizer as the ledger keeps it. */
export interface RecognizerRecord {
  readonly manifest: BlobReference;
  readonly document: Manifest;
  /** Milliseconds since the Unix epoch. */
  readonly registeredAtMs: number;
}

/** All that survives a restart of the master. */
export interface LedgerSnapshot {
  /** First seen first. */
  readonly nodes: readonly NodeRecord[];
  /** First registered first. */
  readonly recognizers: readonly RecognizerRecord[];
}

/**
 * What the master must not forget. Adapters: memory, SQLite. Calls return when it is done: a turn of the master is one
 * `append`, and nothing is sent before it.
 */
export interface Ledger {
  /** What all events so far have come to. Throws `home_unusable` when it cannot be read. */
  load(): LedgerSnapshot;
  /** Keeps all of `events` or, when it throws, none of them. */
  append(events: readonly DurableEvent[]): void;
  /** May be called again. */
  close(): void;
}
