import type { ErrorHandler } from "hono";
import { responseOfProblem } from "../../protocol/http/problem.ts";
import type { Refusals } from "./refusals.ts";

/** What routes throw, as an answer. */
export function errorBoundary(refusals: Pick<Refusals, "record">): ErrorHandler {
  return (error, context) => {
    const { problem, retryAfterMs } = refusals.record(error, context.req);
    const response = responseOfProblem(problem);
    if (retryAfterMs !== null) response.headers.set("retry-after", String(Math.ceil(retryAfterMs / 1_000)));
    return response;
  };
}
