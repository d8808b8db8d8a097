import { asDmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { type DurableEvent, isDurable } from "../core/messages/durable_event.ts";
import type { MasterEvent } from "../core/messages/event.ts";
import type { LedgerFault } from "../core/persist_first.ts";
import type { Ledger } from "../ledger/ledger.ts";

export interface LedgerWriterOptions {
  readonly ledger: Pick<Ledger, "append">;
  readonly log: Log;
}

/**
 * Writer that keeps the ledger in the order of events, even after the ledger could not be written
 * for a while (a full disk): missed events are written before any newer one.
 */
export class LedgerWriter {
  readonly #options: LedgerWriterOptions;
  #missed: DurableEvent[] = [];
  #isFailing = false;

  constructor(options: LedgerWriterOptions) {
    this.#options = options;
  }

  /**
   * Writes the durable ones among `events`. Returns `null` if they are in the ledger, otherwise the
   * reason why none of them is.
   */
  write(events: readonly MasterEvent[]): LedgerFault | null {
    const { ledger, log } = this.#options;
    const due = [...this.#missed, ...events.filter(isDurable)];
    if (due.length === 0) return null;
    try {
      ledger.append(due);
    } catch (error) {
      return this.#fail(error);
    }
    if (this.#isFailing) log.info("The ledger can be written again.", { events: due.length });
    this.#missed = [];
    this.#isFailing = false;
    return null;
  }

  /**
   * Writes like {@linkcode write}, but remembers the events that could not be written. Without
   * events it only retries the missed ones.
   */
  writeOrRemember(events: readonly MasterEvent[]): void {
    if (this.write(events) === null) return;
    for (const event of events) if (isDurable(event)) this.#remember(event);
  }

  /**
   * Remembers an event in place of those that it supersedes: a node may come and go many times
   * while a disk is full, but only its last state matters.
   */
  #remember(event: DurableEvent): void {
    const replaces = (old: DurableEvent) =>
      event.type === "node_recorded" || event.type === "node_judged" || event.type === "node_forgotten"
        ? old.type === "node_recorded" && old.record.nodeId === nodeOf(event) || isSeen(old, nodeOf(event))
        : event.type === "node_seen" && isSeen(old, event.nodeId);
    this.#missed = [...this.#missed.filter((old) => !replaces(old)), event];
  }

  #fail(error: unknown): LedgerFault {
    const { code, message, advice } = asDmlError(error, "home_unusable");
    if (!this.#isFailing) {
      this.#options.log.error("The ledger cannot be written; changes that must last are refused until it can.", {
        code,
        reason: message,
        advice,
      });
    }
    this.#isFailing = true;
    return { code, reason: message };
  }
}

function nodeOf(event: Extract<DurableEvent, { type: "node_recorded" | "node_judged" | "node_forgotten" }>): string {
  return event.type === "node_forgotten" ? event.nodeId : event.record.nodeId;
}

function isSeen(event: DurableEvent, nodeId: string): boolean {
  return event.type === "node_seen" && event.nodeId === nodeId;
}
