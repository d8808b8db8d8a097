import { REQUEST_ID_HEADER } from "./exchange_facts.ts";

/** Headers that a page may send beside those that need no permission. */
const ALLOWED_HEADERS = "authorization, content-type, traceparent, x-api-key, x-request-id";
/** Headers of answers that a page may read. */
const EXPOSED_HEADERS = `${REQUEST_ID_HEADER}, server-timing, retry-after, dml-json-length`;
const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
/** Time for which a browser keeps a permission. */
const KEPT_SECONDS = 600;

/**
 * The pages that browsers let read the answers of a master (the fetch standard, 3.2). Cookies are
 * never involved: a page has to send a token.
 */
export class CrossOrigin {
  readonly #origins: ReadonlySet<string>;

  /** Takes the origins of the pages, such as `https://photos.example`. */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Returns the answer to the question of a browser whether it may send a request; or `null`. */
  preflight(request: Request): Response | null {
    const asksForMethod = request.headers.has("access-control-request-method");
    if (request.method !== "OPTIONS" || !asksForMethod || this.#originOf(request) === null) return null;
    const headers = {
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": ALLOWED_HEADERS,
      "access-control-max-age": String(KEPT_SECONDS),
    };
    return new Response(null, { status: 204, headers });
  }

  /** Lets the page that sent `request` read its answer, if it is one of the origins. */
  allow(request: Request, headers: Headers): void {
    if (this.#origins.size === 0) return;
    headers.append("vary", "origin");
    const origin = this.#originOf(request);
    if (origin === null) return;
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", EXPOSED_HEADERS);
  }

  #originOf(request: Request): string | null {
    const origin = request.headers.get("origin");
    return origin !== null && this.#origins.has(origin) ? origin : null;
  }
}
