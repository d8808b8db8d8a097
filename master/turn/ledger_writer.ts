import { asDmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { type DurableEvent, isDurable } from "../core/messages/durable_event.ts";
import type { MasterEvent } from "../core/messages/event.ts";
import type { LedgerFault } from "../core/persist_first.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** What a {@linkcode LedgerWriter} works with. */
export interface LedgerWriterOptions {
  readonly ledger: Pick<Ledger, "append">;
  readonly log: Log;
}

/**
 * Writes to the ledger, in the order in which things happened, also when it could not be written for a while (a full disk): what
 * was missed goes before anything else that is written.
 */
export class LedgerWriter {
  readonly #options: LedgerWriterOptions;
  #missed: DurableEvent[] = [];
  #isFailing = false;

  constructor(options: LedgerWriterOptions) {
    this.#options = options;
  }

  /** Keeps what is durable of `events`; null when it is in the ledger, else why nothing of it is. */
  write(events: readonly MasterEvent[]): LedgerFault | null {
    const { ledger, log } = this.#options;
    const due = [...this.#missed, ...events.filter(isDurable)];
    if (due.length === 0) return null;
    try {
      ledger.append(due);
    } catch (error) {
      return this.#fail(error);
    }
    if (this.#isFailing) log.info("The ledger is written again.", { events: due.length });
    this.#missed = [];
    this.#isFailing = false;
    return null;
  }

  /** As {@linkcode write}, but keeps in mind what could not be written. Without events it tries what was missed again. */
  writeOrRemember(events: readonly MasterEvent[]): void {
    if (this.write(events) === null) return;
    for (const event of events) if (isDurable(event)) this.#remember(event);
  }

  /** A node comes and goes many times while a disk is full; only what became of it matters. */
  #remember(event: DurableEvent): void {
    const replaces = (old: DurableEvent) =>
      event.type === "node_recorded" || event.type === "node_forgotten"
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

function nodeOf(event: Extract<DurableEvent, { type: "node_recorded" | "node_forgotten" }>): string {
  return event.type === "node_recorded" ? event.record.nodeId : event.nodeId;
}

function isSeen(event: DurableEvent, nodeId: string): boolean {
  return event.type === "node_seen" && event.nodeId === nodeId;
}
