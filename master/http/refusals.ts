import type { Problem } from "../../protocol/http_api/api.ts";
import { problemOf } from "../../protocol/http/problem.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { TooManyAttempts } from "../access/failed_attempts.ts";
import { BusyError } from "../turn/predictions.ts";
import { RefusalLog, type RefusedRequest } from "./refusal_log.ts";

/** An error as it is answered to a user. */
export interface Refusal {
  readonly problem: Problem;
  /** Time to wait before another try; `null` if it is not known. */
  readonly retryAfterMs: number | null;
}

/**
 * The one place where an error that a user waits for becomes an answer and a line in the log. An
 * error that is not a `DmlError` is a bug: the log gets all of it, the user a reference that finds
 * it there.
 */
export class Refusals {
  readonly #options: { readonly log: Log; readonly random: Random };
  readonly #refusals: RefusalLog;

  constructor(options: { log: Log; random: Random; clock: Clock }) {
    this.#options = options;
    this.#refusals = new RefusalLog(options);
  }

  /** Logs how many refusals of the last minute were left out, once it is over. */
  sweep(nowMs: number): void {
    this.#refusals.sweep(nowMs);
  }

  /** Returns the answer for `error`, and logs it as the outcome of `request`. */
  record(error: unknown, request: RefusedRequest): Refusal {
    const known = asDmlError(error);
    const problem = problemOf(known);
    const retryAfterMs = error instanceof BusyError || error instanceof TooManyAttempts ? error.retryAfterMs : null;
    if (known.code !== "internal") {
      this.#refusals.note(known, request);
      return { problem, retryAfterMs };
    }
    const { log, random } = this.#options;
    const reference = newId("ref", random);
    const cause = error instanceof Error ? error.stack : String(error);
    log.error("A request failed because of a bug.", { reference, error: cause });
    const detail = `Something went wrong inside the master; its log has the details under ${reference}.`;
    return { problem: { ...problem, detail }, retryAfterMs };
  }
}
