import { type Clock, SYSTEM_CLOCK } from "../kernel/clock.ts";
import { DmlError } from "../kernel/errors.ts";
import { HttpAnswer } from "./http_answer.ts";
import { type ByteChannel, HttpConnection, type HttpRequest } from "./http_connection.ts";
import type { ResponseHead } from "./response_head.ts";

/** How long, and how many, connections without a request are kept for the next one. */
const IDLE_MS = 15_000;
const IDLE_MAX = 16;

/** Opens a connection to the server. */
export type Dial = (options: { signal?: AbortSignal }) => Promise<ByteChannel>;

/** One request, and what gives it up, whether its answer has begun or not. */
export interface ClientRequest extends Omit<HttpRequest, "host"> {
  readonly signal?: AbortSignal;
}

interface Idle {
  readonly connection: HttpConnection;
  readonly cancelTimer: () => void;
}

/**
 * Asks one HTTP server, over connections that are kept between requests. It speaks of HTTP/1.1 what moving bytes needs and refuses
 * the rest by name: bodies with a length, no chunks, no compression, no redirects, no proxies. Where `fetch` hands on pieces of
 * 64 KB through four model files, this reads into the buffer of whoever asks: a picture comes in two thirds of the time.
 */
export class HttpClient implements Disposable {
  readonly #host: string;
  readonly #dial: Dial;
  readonly #clock: Clock;
  /** The one used last is last. */
  readonly #idle: Idle[] = [];
  #isClosed = false;

  /** `origin` is an `http:` URL; what is behind the port does not matter. */
  constructor(origin: URL, options: { dial?: Dial; clock?: Clock } = {}) {
    this.#host = origin.host;
    this.#dial = options.dial ?? dialTo(origin);
    this.#clock = options.clock ?? SYSTEM_CLOCK;
  }

  /**
   * Sends `request`. Read the body of the answer to its end, or cancel it. Throws `connection_lost`; `cancelled` when its signal
   * aborts; `request_invalid` for a header that is none, and for a body that comes in another way than this reads.
   */
  async send(request: ClientRequest): Promise<HttpAnswer> {
    const kept = this.#takeIdle();
    if (kept !== null) {
      try {
        return await this.#exchange(kept, request);
      } catch (error) {
        // The server has closed it meanwhile, as servers may: it never saw the request.
        if (kept.isAnswered || request.signal?.aborted || !isLost(error)) throw error;
      }
    }
    return await this.#exchange(new HttpConnection(await this.#connect(request.signal)), request);
  }

  /** Lets go of the kept connections; what is under way ends by itself, and nothing is kept any more. */
  close(): void {
    this.#isClosed = true;
    for (let kept = this.#takeIdle(); kept !== null; kept = this.#takeIdle()) kept.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #connect(signal: AbortSignal | undefined): Promise<ByteChannel> {
    if (signal?.aborted) throw givenUp();
    try {
      return await this.#dial({ signal });
    } catch (cause) {
      if (signal?.aborted) throw givenUp();
      throw new DmlError("connection_lost", cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  async #exchange(connection: HttpConnection, request: ClientRequest): Promise<HttpAnswer> {
    const { signal } = request;
    const abort = (): void => connection.close();
    signal?.addEventListener("abort", abort);
    const end = (): void => {
      signal?.removeEventListener("abort", abort);
      this.#keepOrClose(connection);
    };
    try {
      if (signal?.aborted) throw givenUp();
      const head = await connection.send({ ...request, host: this.#host });
      const refusal = refusalOf(head);
      if (refusal !== null) throw refusal;
      return new HttpAnswer(head, {
        read: (buffer) => connection.read(buffer).catch((error) => Promise.reject(signal?.aborted ? givenUp() : error)),
        close: end,
      });
    } catch (error) {
      connection.close();
      end();
      throw signal?.aborted ? givenUp() : error;
    }
  }

  #keepOrClose(connection: HttpConnection): void {
    if (this.#isClosed || !connection.isReusable || this.#idle.length === IDLE_MAX) return connection.close();
    const cancelTimer = this.#clock.after(IDLE_MS, () => {
      this.#idle.splice(this.#idle.findIndex((idle) => idle.connection === connection), 1);
      connection.close();
    });
    this.#idle.push({ connection, cancelTimer });
  }

  #takeIdle(): HttpConnection | null {
    const idle = this.#idle.pop();
    idle?.cancelTimer();
    return idle?.connection ?? null;
  }
}

/** Why the body of a success is not read. Of a failure the status says enough. */
function refusalOf({ status, headers, bodyBytes }: ResponseHead): DmlError | null {
  if (status >= 300) return null;
  const encoding = headers.get("content-encoding") ?? "identity";
  const transfer = headers.get("transfer-encoding");
  if (bodyBytes !== null && encoding === "identity") return null;
  const how = bodyBytes !== null ? encoding : transfer ?? "without a Content-Length";
  return new DmlError(
    "request_invalid",
    `the server sends its answer ${how}; dml reads identity with a Content-Length`,
  );
}

function dialTo({ hostname, port }: URL): Dial {
  const address = { hostname: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 80) };
  return async ({ signal }) => {
    const connection = await Deno.connect({ ...address, signal });
    connection.setNoDelay(true); // A body does not wait until its head has been acknowledged.
    return connection;
  };
}

function givenUp(): DmlError {
  return new DmlError("cancelled", "the request was given up");
}

function isLost(error: unknown): boolean {
  return error instanceof DmlError && error.code === "connection_lost";
}
