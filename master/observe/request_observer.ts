import { PATHS } from "../../protocol/http_api/paths.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Handler } from "../http/request_origin.ts";
import type { AccessLog } from "./access_log.ts";
import { Counter, type Metric } from "./registry.ts";
import { factsOf } from "./request_facts.ts";

/** Options of {@linkcode RequestObserver}. */
export interface RequestObserverOptions {
  readonly clock: Clock;
  /** `null` or absent if none is kept. */
  readonly accessLog?: Pick<AccessLog, "add"> | null;
  /** True to write the names of recognised persons into the access log. */
  readonly logsNames?: boolean;
}

/** Route of a request that was refused before its route was looked at, or has none. */
const NO_ROUTE = "none";
/** Signs of life, which would fill the access log without saying anything. */
const UNLOGGED: readonly string[] = [PATHS.health, PATHS.cluster, PATHS.metrics].map((path) => `GET ${path}`);
/** Form of an id that a client or a proxy has given a request. */
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** Observes every request: counts it, and writes it into the access log. */
export class RequestObserver {
  readonly #options: RequestObserverOptions;
  readonly #requests = new Counter("dml_requests_total", "Answered requests, by route and status.");
  readonly #refused = new Counter("dml_auth_failures_total", "Requests without a valid token, or with one too weak.");

  constructor(options: RequestObserverOptions) {
    this.#options = options;
  }

  /** All metrics, in the order in which they are written. */
  get all(): readonly Metric[] {
    return [this.#requests, this.#refused];
  }

  /** Returns a handler that does as `handler` and observes it. */
  observing(handler: Handler): Handler {
    return async (request, origin) => {
      const { clock } = this.#options;
      const startedMs = clock.nowMs();
      const response = await handler(request, origin);
      this.#count(request, response);
      this.#log(request, { response, ms: clock.nowMs() - startedMs });
      return response;
    };
  }

  #count(request: Request, { status }: Response): void {
    this.#requests.add({ route: factsOf(request).route ?? NO_ROUTE, status: String(status) });
    if (status === 401 || status === 403) this.#refused.add({ status: String(status) });
  }

  /** Writes the request down, unless a node sent it: what nodes do is no access of a user. */
  #log(request: Request, { response, ms }: { response: Response; ms: number }): void {
    const { accessLog = null, logsNames = false, clock } = this.#options;
    const { route = NO_ROUTE, token = null, isFromNode = false, remote: _, names, ...facts } = factsOf(request);
    if (isFromNode) return;
    if (accessLog === null || UNLOGGED.includes(route) && response.ok) return;
    const id = idOf(response.headers) ?? idOf(request.headers);
    accessLog.add({
      time: new Date(clock.wallMs()).toISOString(),
      ...id === null ? {} : { id },
      token,
      route,
      status: response.status,
      ms: Math.round(ms),
      ...facts,
      ...logsNames && names !== undefined ? { names } : {},
    });
  }
}

function idOf(headers: Headers): string | null {
  const id = headers.get("x-request-id");
  return id !== null && REQUEST_ID.test(id) ? id : null;
}
