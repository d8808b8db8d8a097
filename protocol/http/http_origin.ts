import { DmlError } from "../kernel/errors.ts";
import type { MasterTrust } from "../security/master_trust.ts";

/** One request to an {@linkcode HttpOrigin}. */
export interface OriginRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Has a known size: `fetch` sends a stream an order of magnitude slower. */
  readonly body?: Uint8Array<ArrayBuffer> | string;
  readonly signal?: AbortSignal;
  /** With `error` a redirect fails the request, with `manual` it is the response. */
  readonly redirect: "error" | "manual";
}

/**
 * One HTTP server and the connections to it, which are kept between requests. Every connection of
 * dml to a master is opened here. It goes to the server itself, never to a proxy that the
 * environment names, because only the master may see tokens and pictures.
 */
export class HttpOrigin implements Disposable {
  /** The part of each URL before its path, without a slash at the end. */
  readonly baseUrl: string;
  readonly #trust: () => MasterTrust;
  #client: Deno.HttpClient | null = null;

  /** `trust` says by which certificate a server of `https` is recognised; it is asked once. */
  constructor(baseUrl: string | URL, { trust = () => null }: { trust?: () => MasterTrust } = {}) {
    this.baseUrl = String(baseUrl).replace(/\/+$/, "");
    this.#trust = trust;
  }

  /**
   * Sends `request` and resolves once the head of the response has arrived. Throws
   * `request_invalid` for a header with forbidden characters, and the errors of `fetch`.
   */
  async send(path: string, { headers, ...request }: OriginRequest): Promise<Response> {
    const client = this.#client ??= openClient(new URL(this.baseUrl), this.#trust());
    return await fetch(this.baseUrl + path, { ...request, headers: checkedHeaders(headers), client });
  }

  /**
   * Closes the idle connections; running requests continue. A later request opens new
   * connections.
   */
  close(): void {
    this.#client?.close();
    this.#client = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Returns a client for the server of `url`. For `http` it names that server as the address to
 * connect to, so that `fetch` uses no proxy. `fetch` would also send `https` unencrypted to such an
 * address; for `https` it uses no proxy because `main.ts` removes the variables that name one.
 */
function openClient({ protocol, hostname, port }: URL, trust: MasterTrust): Deno.HttpClient {
  // HTTP/2 sends bodies ten times slower.
  if (protocol === "https:") return Deno.createHttpClient({ http2: false, caCerts: trust === null ? [] : [trust.ca] });
  return Deno.createHttpClient({ http2: false, proxy: { transport: "tcp", hostname, port: Number(port || 80) } });
}

function checkedHeaders(headers: OriginRequest["headers"] = {}): Headers {
  const checked = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    try {
      checked.set(name, value);
    } catch {
      // The value may be a token, so the message does not contain it.
      const sentence = `the header ${JSON.stringify(name)} has characters that no header may have`;
      throw new DmlError("request_invalid", sentence);
    }
  }
  return checked;
}
