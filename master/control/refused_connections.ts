import type { Clock } from "../../protocol/kernel/clock.ts";
import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Log, LogFields } from "../../protocol/kernel/log.ts";
import { RepeatCounter } from "../../protocol/kernel/logs/repeat_counter.ts";

/** A connection to the control port on which no node was admitted. */
interface RefusedConnection {
  /** `HOST:PORT` of its other side. */
  readonly remote: string;
  readonly code: ErrorCode;
  readonly reason: string;
}

/**
 * Log of the connections that are refused on the control port: the first of each kind, and then a
 * line a minute with their number, because thousands of strangers may knock.
 */
export class RefusedConnections {
  readonly #log: Log;
  readonly #counter: RepeatCounter;

  constructor({ log, clock }: { log: Log; clock: Clock }) {
    this.#log = log;
    this.#counter = new RepeatCounter(clock);
  }

  /** Logs a connection, or counts it. */
  add(refused: RefusedConnection): void {
    this.#warn("A connection to the control port was refused.", { ...refused });
  }

  /** Returns a log whose warnings are counted as connections while `isStranger` returns true. */
  logOf(isStranger: () => boolean): Log {
    const log = this.#log;
    return {
      debug: (message, fields) => log.debug(message, fields),
      info: (message, fields) => log.info(message, fields),
      warn: (message, fields) => isStranger() ? this.#warn(message, fields) : log.warn(message, fields),
      error: (message, fields) => log.error(message, fields),
      with: (fields) => log.with(fields),
    };
  }

  /** Logs the numbers of the last minute, if they are due. */
  tick(): void {
    for (const { text: code, times } of this.#counter.takeDue()) {
      this.#log.warn("More connections to the control port were refused within a minute.", {
        code,
        connections: times,
      });
    }
  }

  #warn(message: string, fields: LogFields = {}): void {
    if (this.#counter.isNew(String(fields.code))) this.#log.warn(message, fields);
    else this.#log.debug(message, fields);
  }
}
