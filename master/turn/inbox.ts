import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Command } from "../core/messages/command.ts";
import type { Effect } from "../core/messages/effect.ts";
import { effects } from "../core/effects.ts";
import { isDurable } from "../core/messages/durable_event.ts";
import type { MasterEvent } from "../core/messages/event.ts";
import type { MasterState } from "../core/state/state.ts";
import { runTurn } from "../core/turn.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { LedgerWriter } from "./ledger_writer.ts";

export interface InboxOptions {
  readonly state: MasterState;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with every event, after the durable ones were persisted. */
  readonly onEvent: (event: MasterEvent) => void;
  /** Carries out one effect. */
  readonly onEffect: (effect: Effect) => void;
  /**
   * Called after a bug: an invariant of the core does not hold. The inbox does nothing after it.
   */
  readonly onCrash: (error: unknown) => void;
}

/**
 * Main loop of the master. All commands that arrive while something else runs form one turn: they
 * are decided, the durable events are persisted in one transaction, then the effects are carried
 * out. A change that a client requested is a transaction of its own, together with all earlier
 * events of the turn, and is refused if the ledger cannot be written. Everything else goes on
 * without the ledger.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #writer: LedgerWriter;
  #commands: Command[] = [];
  #isScheduled = false;
  #isCrashed = false;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#writer = new LedgerWriter(options);
  }

  /** Queues `command` for the next turn, which comes before the next timer or packet. */
  post(command: Command): void {
    if (this.#isCrashed) return;
    this.#commands.push(command);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.flush());
  }

  /** Runs the turn that is due, if there is one. */
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
    const writer = this.#writer;
    let persisted = 0;
    const events = runTurn(state, commands, now, (pending) => {
      const fault = writer.write(pending.slice(persisted));
      if (fault === null) persisted = pending.length;
      return fault;
    });
    // Missed events are retried together with durable ones and on ticks, not with every picture.
    const rest = events.slice(persisted);
    if (rest.some(isDurable) || commands.some(({ type }) => type === "tick")) writer.writeOrRemember(rest);
    for (const event of events) onEvent(event);
    for (const effect of effects(events, state)) onEffect(effect);
  }
}
