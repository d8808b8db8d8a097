import type { Clock } from "../../protocol/kernel/clock.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { jsonBytesOf } from "../../protocol/kernel/logs/log_record.ts";
import type { LogPosition, LogRecords } from "../../protocol/messages/log.ts";
import type { LogStore } from "./log_store.ts";
import { RateBound } from "./rate_bound.ts";

/** Time between two lines about the lost records of one node. */
const SAY_EVERY_MS = 60_000;

export interface LogIntakeOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<LogStore, "positionOf" | "isNew" | "skip" | "accept">;
  /** Returns the name under which the master knows the node. */
  readonly nameOf: (nodeId: string) => string;
  readonly send: (nodeId: string, message: LogPosition) => void;
}

/** A node that may send records. */
interface Source {
  readonly bound: RateBound;
  /** Records that the node dropped, and records that it sent too fast; not said yet. */
  lost: number;
  refused: number;
  saidAtMs: number;
  cancelAnswer: () => void;
}

/**
 * Takes the records of connected nodes. Each node writes in its own name only, and is bounded: it is
 * told to go on no sooner than it may, and what it sends before that is dropped and counted.
 */
export class LogIntake {
  readonly #options: LogIntakeOptions;
  readonly #sources = new Map<string, Source>();

  constructor(options: LogIntakeOptions) {
    this.#options = options;
  }

  /** Tells a node that was just welcomed which of its records are here. */
  welcomed(nodeId: string): void {
    this.#answer(nodeId);
  }

  /** Stores the records of a node that are new, and tells it to go on once it may. */
  receive(nodeId: string, { journal, lost, records }: LogRecords): void {
    const { clock, store, nameOf } = this.#options;
    const nowMs = clock.nowMs();
    const source = this.#sourceOf(nodeId);
    source.lost += lost;
    const name = nameOf(nodeId);
    const isTaken = source.bound.take(storedBytesOf(records), nowMs);
    for (const { sequence, ...record } of records) {
      const position = { journal, sequence };
      if (!store.isNew(nodeId, position)) continue;
      if (isTaken) store.accept({ nodeId, name }, { ...record, ...position });
      else {
        source.refused++;
        store.skip(nodeId, position);
      }
    }
    if (nowMs - source.saidAtMs >= SAY_EVERY_MS) this.#say(nodeId, source);
    source.cancelAnswer();
    const waitMs = source.bound.waitMs(nowMs);
    if (waitMs === 0) this.#answer(nodeId);
    else source.cancelAnswer = clock.after(waitMs, () => this.#answer(nodeId));
  }

  /** Ends the answers to a node that is no longer connected. Its bound stays, for its return. */
  left(nodeId: string): void {
    const source = this.#sources.get(nodeId);
    if (source === undefined) return;
    source.cancelAnswer();
    this.#say(nodeId, source);
  }

  #answer(nodeId: string): void {
    const { store, send } = this.#options;
    const { journal, sequence } = store.positionOf(nodeId) ?? { journal: null, sequence: 0 };
    send(nodeId, { type: "log.position", journal, sequence });
  }

  #sourceOf(nodeId: string): Source {
    let source = this.#sources.get(nodeId);
    if (source === undefined) {
      const { logPerSecondBytesMax: perSecond, logBurstBytesMax: burst } = LIMITS;
      const bound = new RateBound(this.#options.clock.nowMs(), { perSecond, burst });
      source = { bound, lost: 0, refused: 0, saidAtMs: -Infinity, cancelAnswer: () => {} };
      this.#sources.set(nodeId, source);
      const [[oldest, { cancelAnswer }]] = this.#sources;
      if (this.#sources.size > LIMITS.nodesMax && this.#sources.delete(oldest)) cancelAnswer();
    }
    return source;
  }

  #say(nodeId: string, source: Source): void {
    const { lost, refused } = source;
    if (lost === 0 && refused === 0) return;
    const { log, clock, nameOf } = this.#options;
    if (lost > 0) log.warn(`Node ${nameOf(nodeId)} had more log records than it could send.`, { lost });
    if (refused > 0) log.warn(`Node ${nameOf(nodeId)} sent more log records than it may.`, { dropped: refused });
    source.lost = 0;
    source.refused = 0;
    source.saidAtMs = clock.nowMs();
  }
}

function storedBytesOf(records: LogRecords["records"]): number {
  return records.reduce((sum, record) => sum + Math.min(jsonBytesOf(record), LIMITS.logLineBytesMax), 0);
}
