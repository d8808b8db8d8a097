import type { Clock } from "../../protocol/kernel/clock.ts";
import type { DmlError, ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";

/** Refusals that somebody who looks after the cluster wants to see: damage, strangers, and what the host lacks. */
const WARNED: ReadonlySet<ErrorCode> = new Set([
  "blob_corrupt",
  "unauthorized",
  "forbidden",
  "disk_full",
  "home_unusable",
]);
/** Warnings in one minute; who is refused as fast as it can ask must not fill the disk. */
const WARNINGS_MAX = 20;
const WINDOW_MS = 60_000;

/**
 * Writes refused requests to the log: some as warnings, so many a minute and the number of the others, the rest for debugging.
 * Neither headers nor the query are in it, where tokens might be.
 */
export class RefusalLog {
  readonly #log: Log;
  readonly #clock: Clock;
  #beganMs = -Infinity;
  #warnings = 0;
  #unsaid = 0;

  constructor(options: { log: Log; clock: Clock }) {
    this.#log = options.log;
    this.#clock = options.clock;
  }

  note({ code, message: reason }: DmlError, request: { method: string; path: string }): void {
    const { method, path } = request;
    const fields = { code, method, path, reason };
    if (!WARNED.has(code)) return this.#log.debug("A request was refused.", fields);
    this.#begin(this.#clock.nowMs());
    if (this.#warnings >= WARNINGS_MAX) {
      this.#unsaid++;
      return this.#log.debug("A request was refused.", fields);
    }
    this.#warnings++;
    this.#log.warn("A request was refused.", fields);
  }

  /** A new minute, if the last is over. */
  #begin(nowMs: number): void {
    if (nowMs - this.#beganMs < WINDOW_MS) return;
    if (this.#unsaid > 0) this.#log.warn("More requests were refused than were said.", { count: this.#unsaid });
    this.#beganMs = nowMs;
    this.#warnings = 0;
    this.#unsaid = 0;
  }
}
