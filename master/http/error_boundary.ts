import type { ErrorHandler } from "hono";
import { responseOfProblem } from "../../protocol/http/problem.ts";
import type { Refusals } from "./refusals.ts";
import { remoteOf } from "./request_origin.ts";

/** Returns the handler that turns every error thrown by a route into a problem response. */
export function errorBoundary(refusals: Pick<Refusals, "record">): ErrorHandler {
  return (error, context) => {
    const { problem, retryAfterMs } = refusals.record(error, {
      method: context.req.method,
      path: context.req.path,
      remote: remoteOf(context),
    });
    const response = responseOfProblem(problem);
    if (retryAfterMs !== null) response.headers.set("retry-after", String(Math.ceil(retryAfterMs / 1_000)));
    return response;
  };
}
