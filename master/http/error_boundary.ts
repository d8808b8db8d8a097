import type { ErrorHandler } from "hono";
import { responseOfProblem } from "../../protocol/http/problem.ts";
import { exchangeOf } from "./exchange/exchange_facts.ts";
import type { Refusal, Refusals } from "./refusals.ts";
import { remoteOf } from "./request_origin.ts";

/**
 * Returns the handler that turns every error thrown by a route into a problem response, or into the
 * one that `answerOf` has for it.
 */
export function errorBoundary(
  refusals: Pick<Refusals, "record">,
  answerOf: (refusal: Refusal, path: string) => Response | null = () => null,
): ErrorHandler {
  return (error, context) => {
    const refusal = refusals.record(error, {
      method: context.req.method,
      path: context.req.path,
      remote: remoteOf(context),
      facts: exchangeOf(context.req.raw),
    });
    const { retryAfterMs } = refusal;
    const requestId = exchangeOf(context.req.raw)?.requestId;
    const problem = requestId === undefined ? refusal.problem : { ...refusal.problem, requestId };
    const response = answerOf({ ...refusal, problem }, context.req.path) ?? responseOfProblem(problem);
    if (retryAfterMs !== null) response.headers.set("retry-after", String(Math.ceil(retryAfterMs / 1_000)));
    return response;
  };
}
