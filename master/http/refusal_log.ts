import type { Clock } from "../../protocol/kernel/clock.ts";
import type { DmlError, ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";

/**
 * Errors that the operator of the cluster should see: damaged files, callers without a valid token,
 * and problems of this host.
 */
const WARNED: ReadonlySet<ErrorCode> = new Set([
  "blob_corrupt",
  "unauthorized",
  "forbidden",
  "disk_full",
  "home_unusable",
]);
/**
 * Limit of warnings a minute, so that a client that retries as fast as it can does not fill the
 * disk.
 */
const WARNINGS_MAX = 20;
const WINDOW_MS = 60_000;

/**
 * Log of refused requests. Errors in {@linkcode WARNED} are warnings, at most
 * {@linkcode WARNINGS_MAX} a minute, followed by the count of those left out; everything else is a
 * debug message. Headers and queries are never logged, because they may contain tokens.
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

  /**
   * Starts a new minute if the last one is over, and logs how many warnings the last one left out.
   */
  #begin(nowMs: number): void {
    if (nowMs - this.#beganMs < WINDOW_MS) return;
    if (this.#unsaid > 0) this.#log.warn("More requests were refused than are in the log.", { count: this.#unsaid });
    this.#beganMs = nowMs;
    this.#warnings = 0;
    this.#unsaid = 0;
  }
}
