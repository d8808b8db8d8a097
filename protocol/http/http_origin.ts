import { DmlError } from "../kernel/errors.ts";

/** One request to an {@linkcode HttpOrigin}. */
export interface OriginRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Has a known size: `fetch` sends a stream an order of magnitude slower. */
  readonly body?: Uint8Array<ArrayBuffer> | string;
  readonly signal?: AbortSignal;
  /** `error` makes a redirect fail the request, `manual` makes it the answer. None is followed. */
  readonly redirect: "error" | "manual";
}

/**
 * One HTTP server and the connections to it, which are kept between requests. Each connection of
 * dml to a master is opened here. With `http` it goes to the server itself, never to a proxy that
 * the environment names: tokens and pictures are for the master alone.
 */
export class HttpOrigin implements Disposable {
  /** The part of each URL before its path, without a slash at the end. */
  readonly baseUrl: string;
  #client: Deno.HttpClient | null = null;

  constructor(baseUrl: string | URL) {
    this.baseUrl = String(baseUrl).replace(/\/+$/, "");
  }

  /**
   * Sends `request` and resolves when the head of the answer has come. Throws `request_invalid`
   * for a header that would be more than one, and what `fetch` throws.
   */
  async send(path: string, { headers, ...request }: OriginRequest): Promise<Response> {
    const client = this.#client ??= openClient(new URL(this.baseUrl));
    return await fetch(this.baseUrl + path, { ...request, headers: checkedHeaders(headers), client });
  }

  /**
   * Closes the idle connections; requests that are under way go on. A later request opens new
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
 * Opens connections to the server of `url`. Given an address to connect to, `fetch` asks no
 * proxy; but it would also send `https` unencrypted there, so that goes the way that the
 * environment names.
 */
function openClient({ protocol, hostname, port }: URL): Deno.HttpClient {
  // HTTP/2 would send bodies ten times slower.
  if (protocol === "https:") return Deno.createHttpClient({ http2: false });
  return Deno.createHttpClient({ http2: false, proxy: { transport: "tcp", hostname, port: Number(port || 80) } });
}

function checkedHeaders(headers: OriginRequest["headers"] = {}): Headers {
  const checked = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    try {
      checked.set(name, value);
    } catch {
      // The value may be a token: it is not repeated.
      const sentence = `the header ${JSON.stringify(name)} has characters that no header may have`;
      throw new DmlError("request_invalid", sentence);
    }
  }
  return checked;
}
