import type { Problem } from "../../protocol/http_api/api.ts";
import { problemOf } from "../../protocol/http/problem.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { BusyError } from "../turn/predictions.ts";
import { RefusalLog } from "./refusal_log.ts";

/** What a user is told who gets no answer. */
export interface Refusal {
  readonly problem: Problem;
  /** When to ask again; null: nobody knows. */
  readonly retryAfterMs: number | null;
}

/**
 * The one place where what is thrown while a user waits becomes what the user is told, and a line in the log. What dml does not know
 * by name is a bug: the log gets all of it, the user a reference to find it by.
 */
export class Refusals {
  readonly #options: { readonly log: Log; readonly random: Random };
  readonly #refusals: RefusalLog;

  constructor(options: { log: Log; random: Random; clock: Clock }) {
    this.#options = options;
    this.#refusals = new RefusalLog(options);
  }

  /** What whoever asked for `request` is told of `error`. */
  record(error: unknown, request: { method: string; path: string }): Refusal {
    const known = asDmlError(error);
    const problem = problemOf(known);
    const retryAfterMs = error instanceof BusyError ? error.retryAfterMs : null;
    if (known.code !== "internal") {
      this.#refusals.note(known, request);
      return { problem, retryAfterMs };
    }
    const { log, random } = this.#options;
    const reference = newId("ref", random);
    const cause = error instanceof Error ? error.stack : String(error);
    log.error("A request failed inside.", { reference, error: cause });
    const detail = `Something went wrong inside; the log has it under ${reference}.`;
    return { problem: { ...problem, detail }, retryAfterMs };
  }
}
