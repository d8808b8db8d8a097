import type { Clock } from "../../../protocol/kernel/clock.ts";
import type { Log } from "../../../protocol/kernel/log.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import type { RequestTimings } from "../../../protocol/http_api/api.ts";
import type { Handler } from "../request_origin.ts";
import { CrossOrigin } from "./cors.ts";
import { loggedFacts, noteExchange, REQUEST_ID_HEADER } from "./exchange_facts.ts";

/** Parts that {@linkcode withExchange} needs. */
export interface ExchangeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Origins of the pages that may read answers; none if absent. */
  readonly corsOrigins?: readonly string[];
}

/**
 * Returns `handler` with what every answer carries: the id of its request, the time that it took,
 * and, if pages of other origins may ask, the permission for them. Each exchange is a debug message
 * in the log.
 */
export function withExchange(handler: Handler, options: ExchangeOptions): Handler {
  const { clock, random, log, corsOrigins = [] } = options;
  const crossOrigin = new CrossOrigin(corsOrigins);
  return async (request, origin) => {
    const startMs = clock.nowMs();
    const facts = noteExchange(request, random);
    const response = crossOrigin.preflight(request) ?? await handler(request, origin);
    const totalMs = clock.nowMs() - startMs;
    const { headers, status } = response;
    headers.set(REQUEST_ID_HEADER, facts.requestId);
    headers.set("server-timing", serverTiming(facts.timings, totalMs));
    crossOrigin.allow(request, headers);
    const { method } = request;
    const ms = Number(totalMs.toFixed(1));
    log.debug("A request was answered.", { method, path: pathOf(request), status, ms, ...loggedFacts(facts) });
    return response;
  };
}

/** Returns the value of `Server-Timing` (W3C), in milliseconds. */
function serverTiming(timings: RequestTimings | null, totalMs: number): string {
  const total = { total: totalMs };
  const parts = timings === null ? total : {
    queue: timings.queuedMs,
    transfer: timings.transferMs,
    node: timings.nodeMs,
    return: timings.returnMs,
    ...total,
  };
  return Object.entries(parts).map(([name, ms]) => `${name};dur=${Number(ms.toFixed(2))}`).join(", ");
}

/** Returns the path of the request; a query may contain names, and is not logged. */
function pathOf({ url }: Request): string {
  return URL.parse(url)?.pathname ?? "";
}
