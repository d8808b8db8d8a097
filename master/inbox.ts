import type { Clock } from "../protocol/kernel/clock.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { Command } from "./core/command.ts";
import type { Effect } from "./core/effect.ts";
import { effects } from "./core/effects.ts";
import { type DurableEvent, isDurable } from "./core/durable_event.ts";
import type { MasterEvent } from "./core/event.ts";
import type { MasterState } from "./core/state.ts";
import { runTurn } from "./core/turn.ts";
import type { Ledger } from "./ledger/ledger.ts";

/** What an {@linkcode Inbox} works with. */
export interface InboxOptions {
  readonly state: MasterState;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of everything that happened, when it is persisted. */
  readonly onEvent: (event: MasterEvent) => void;
  /** Carries out one effect. */
  readonly onEffect: (effect: Effect) => void;
  /** A bug: an invariant of the core does not hold. Nothing is done after it. */
  readonly onCrash: (error: unknown) => void;
}

/**
 * The loop of the master. Whatever is posted while something else runs becomes one turn: all commands decided, what is
 * durable persisted in one transaction, then the sends.
 */
export class Inbox {
  readonly #options: InboxOptions;
  #commands: Command[] = [];
  #unpersisted: DurableEvent[] = [];
  #isScheduled = false;
  #isCrashed = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Queues `command` for the next turn, which comes before the next timer or packet. */
  post(command: Command): void {
    if (this.#isCrashed) return;
    this.#commands.push(command);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.flush());
  }

  /** Runs the turn that is due, if one is. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#isCrashed || this.#commands.length === 0) return;
    const commands = this.#commands;
    this.#commands = [];
    try {
      this.#turn(commands);
    } catch (error) {
      this.#isCrashed = true;
      this.#options.onCrash(error);
    }
  }

  #turn(commands: readonly Command[]): void {
    const { state, clock, onEvent, onEffect } = this.#options;
    const now = { nowMs: clock.nowMs(), wallMs: clock.wallMs() };
    const events = runTurn(state, commands, now);
    this.#persist(events);
    for (const event of events) onEvent(event);
    for (const effect of effects(events, state)) onEffect(effect);
  }

  /**
   * A ledger that cannot be written (a full disk) does not stop the cluster: nothing that is acknowledged depends on
   * it yet. What it missed is kept, in order, and written with the next turn that works.
   */
  #persist(events: readonly MasterEvent[]): void {
    const { ledger, log } = this.#options;
    const missed = this.#unpersisted;
    const durable = events.filter(isDurable);
    if (durable.length === 0 && missed.length === 0) return;
    try {
      ledger.append(missed.length === 0 ? durable : [...missed, ...durable]);
    } catch (error) {
      if (missed.length === 0) {
        log.error("The ledger cannot be written; it is tried again.", { error: String(error) });
      }
      missed.push(...durable);
      return;
    }
    if (missed.length > 0) log.info("The ledger is written again.", { events: missed.length });
    this.#unpersisted = [];
  }
}
