import type { ErrorHandler } from "hono";
import { problemOf, problemResponse } from "../../protocol/http/problem.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { BusyError } from "../predictions.ts";
import { RefusalLog } from "./refusal_log.ts";

/**
 * The one place where what routes throw becomes an answer, and a line in the log. What dml does not know by name is a bug: the
 * log gets all of it, the user a reference to find it by.
 */
export function errorBoundary(
  options: { log: Log; random: Random; clock: Clock },
): ErrorHandler {
  const refusals = new RefusalLog(options);
  return (error, context) => {
    const known = asDmlError(error);
    const response = problemResponse(known);
    if (error instanceof BusyError) {
      response.headers.set("retry-after", String(Math.ceil(error.retryAfterMs / 1_000)));
    }
    if (known.code !== "internal") {
      refusals.note(known, context.req);
      return response;
    }
    const reference = newId("ref", options.random);
    const cause = error instanceof Error ? error.stack : String(error);
    options.log.error("A request failed inside.", { reference, error: cause });
    const detail = `Something went wrong inside; the log has it under ${reference}.`;
    const { status, headers } = response;
    return new Response(JSON.stringify({ ...problemOf(known), detail }), { status, headers });
  };
}
