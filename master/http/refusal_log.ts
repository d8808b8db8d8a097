import type { Clock } from "../../protocol/kernel/clock.ts";
import type { DmlError, ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { type ExchangeFacts, loggedFacts } from "./exchange/exchange_facts.ts";

/** Errors that the operator of the cluster should see: damaged files, and problems of this host. */
const WARNED: ReadonlySet<ErrorCode> = new Set(["blob_corrupt", "forbidden", "disk_full", "home_unusable"]);
/** Errors of callers without a valid token, of whom there may be any number. */
const STRANGERS: ReadonlySet<ErrorCode> = new Set(["unauthorized", "too_many_attempts"]);
/**
 * Limit of warnings a minute, so that a client that retries as fast as it can does not fill the
 * disk.
 */
const WARNINGS_MAX = 20;
const WINDOW_MS = 60_000;

/** A request that was refused. */
export interface RefusedRequest {
  readonly method: string;
  readonly path: string;
  /** Address that it came from; absent if it came from this process. */
  readonly remote?: string;
  /** Id of the request, and its place in a trace of the caller; absent if it has none. */
  readonly facts?: Partial<ExchangeFacts>;
}

/** A minute in which a limited number of warnings is logged, and the others are counted. */
class Minute {
  readonly #max: number;
  #beganMs = -Infinity;
  #count = 0;
  readonly #remotes = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Returns what the minute that is over by `nowMs` left out, and begins a new one. */
  end(nowMs: number): { count: number; addresses: number } | null {
    if (nowMs - this.#beganMs < WINDOW_MS) return null;
    const leftOut = { count: this.#count - this.#max, addresses: this.#remotes.size };
    this.#beganMs = nowMs;
    this.#count = 0;
    this.#remotes.clear();
    return leftOut.count > 0 ? leftOut : null;
  }

  /** Counts one warning. Returns true if it is to be logged. */
  takes(remote: string | undefined): boolean {
    if (remote !== undefined && this.#remotes.size < WARNINGS_MAX) this.#remotes.add(remote);
    return ++this.#count <= this.#max;
  }
}

/**
 * Log of refused requests. Errors in {@linkcode WARNED} are warnings, at most
 * {@linkcode WARNINGS_MAX} a minute; of requests without a valid token the first in a minute is
 * one. How many were left out is logged when the minute is over. Everything else is a debug
 * message. Headers and queries are never logged, because they may contain tokens.
 */
export class RefusalLog {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #warned = new Minute(WARNINGS_MAX);
  readonly #strangers = new Minute(1);

  constructor(options: { log: Log; clock: Clock }) {
    this.#log = options.log;
    this.#clock = options.clock;
  }

  note({ code, message: reason }: DmlError, { method, path, remote, facts = {} }: RefusedRequest): void {
    const fields = { code, method, path, reason, ...(remote === undefined ? {} : { remote }), ...loggedFacts(facts) };
    this.sweep(this.#clock.nowMs());
    const minute = STRANGERS.has(code) ? this.#strangers : WARNED.has(code) ? this.#warned : null;
    if (minute?.takes(remote)) this.#log.warn("A request was refused.", fields);
    else this.#log.debug("A request was refused.", fields);
  }

  /** Logs how many warnings the last minute left out, once it is over. */
  sweep(nowMs: number): void {
    const more = this.#warned.end(nowMs);
    if (more !== null) {
      this.#log.warn("More requests were refused than are in the log.", { count: more.count });
    }
    const strangers = this.#strangers.end(nowMs);
    if (strangers !== null) this.#log.warn("More requests came without a valid token.", strangers);
  }
}
