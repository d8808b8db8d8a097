import { newId } from "../../../protocol/kernel/id.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import type { RequestTimings } from "../../../protocol/http_api/api.ts";

/** Header with the id of a request, in both directions. */
export const REQUEST_ID_HEADER = "x-request-id";
/** An id that may be logged and sent back as it is. */
const REQUEST_ID_PATTERN = /^[\w.:+/=@-]{1,128}$/;
/** A place in a trace (W3C Trace Context, level 1). */
const TRACEPARENT_PATTERN = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-.{0,100})?$/;

/** Facts about a request that its answer and the log repeat. */
export interface ExchangeFacts {
  /** Id that the caller gave, or else a new one. */
  readonly requestId: string;
  /** Header of that name; `null` if there is no valid one. */
  readonly traceparent: string | null;
  /** Times of the prediction that the answer contains; `null` if it contains none. */
  timings: RequestTimings | null;
}

const FACTS = new WeakMap<Request, ExchangeFacts>();

/** Reads the facts of a request, which {@linkcode exchangeOf} returns from now on. */
export function noteExchange(request: Request, random: Random): ExchangeFacts {
  const given = request.headers.get(REQUEST_ID_HEADER) ?? "";
  const traceparent = request.headers.get("traceparent") ?? "";
  const facts: ExchangeFacts = {
    requestId: REQUEST_ID_PATTERN.test(given) ? given : newId("req", random),
    traceparent: TRACEPARENT_PATTERN.test(traceparent) ? traceparent : null,
    timings: null,
  };
  FACTS.set(request, facts);
  return facts;
}

/** Returns the facts of a request; `undefined` if they were not noted. */
export function exchangeOf(request: Request): ExchangeFacts | undefined {
  return FACTS.get(request);
}

/** Returns the facts as fields for the log. */
export function loggedFacts({ requestId, traceparent }: Partial<ExchangeFacts>): Record<string, string> {
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(traceparent === undefined || traceparent === null ? {} : { traceparent }),
  };
}
