import { baseUrlOf } from "../../../protocol/http_api/address.ts";
import { HttpBlobStore } from "../../../protocol/blob/http_blob_store.ts";
import { HttpOrigin } from "../../../protocol/http/http_origin.ts";
import { errorOfResponse } from "../../../protocol/http/problem.ts";
import { unreachableReason } from "../../../protocol/http/unreachable.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import { StallWatch } from "../../../protocol/kernel/stall_watch.ts";
import { parseAs, type z } from "../../../protocol/schema.ts";
import type { Address } from "../../../protocol/ports/transport.ts";
import { interrupted, RetryableRefusal, retryOnOutage, retryOnRefusal, TemporaryOutage } from "../retry/retry.ts";

/** Timeout of a request that the master answers at once. */
export const ANSWER_TIMEOUT_MS = 10_000;

/** Refusals after which the same request may succeed later. */
const RETRYABLE_REFUSALS: ReadonlySet<string> = new Set(["queue_full", "shutting_down", "no_capable_node"]);

/** Options of {@linkcode MasterHttp}. */
export interface MasterHttpOptions {
  readonly address: Address;
  readonly token: string | null;
  readonly clock: Clock;
  readonly random: Random;
  /** Timeout of requests that set none; {@linkcode ANSWER_TIMEOUT_MS} by default. */
  readonly answerTimeoutMs?: number;
  /** Called with each failure before the wait that precedes the next attempt. */
  readonly onRetry?: (failure: DmlError) => void;
}

/** One request. */
export interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** Media type of `body`. */
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** The failures after which the request is sent again; only for idempotent requests. */
  readonly retryOn?: readonly ("refusal" | "outage")[];
}

/** A function that reads the body of a successful response. */
type Read<Result> = (response: Response) => Promise<Result>;

/**
 * The HTTP interface of a master, shared by all clients of this role. It adds the token to
 * requests, enforces their timeouts and retries them if that helps. It turns failures into a
 * `DmlError`: the refusal of the master, `master_unreachable` if no response arrived, or
 * `interrupted`.
 */
export class MasterHttp implements Disposable {
  /** URL of the master, for messages. */
  readonly label: string;
  /** Blob store of the master. Its network failures are `connection_lost`. */
  readonly blobs: HttpBlobStore;
  readonly #origin: HttpOrigin;
  readonly #options: MasterHttpOptions;
  readonly #closed = new AbortController();
  /** True once the master has answered; only then is a lost connection a temporary outage. */
  #hasAnswered = false;

  constructor(options: MasterHttpOptions) {
    this.#options = options;
    this.label = baseUrlOf(options.address);
    this.#origin = new HttpOrigin(this.label);
    this.blobs = new HttpBlobStore(this.label, options);
  }

  /**
   * Sends a request and returns the JSON of its response. Throws `protocol_version` if it is
   * invalid.
   */
  ask<Schema extends z.ZodType>(schema: Schema, path: string, call: Call = {}): Promise<z.infer<Schema>> {
    return this.call(path, { ...call, read: async (response) => this.parse(schema, await response.text()) });
  }

  /** Sends a request and returns the result of `read` for its response. */
  call<Result>(path: string, { read, ...call }: Call & { read: Read<Result> }): Promise<Result> {
    const { retryOn = [], signal = this.#closed.signal } = call;
    const options = { ...this.#options, signal };
    const send = () => this.#send(path, call, read);
    const sendThroughOutages = retryOn.includes("outage") ? () => retryOnOutage(send, options) : send;
    return retryOn.includes("refusal") ? retryOnRefusal(sendThroughOutages, options) : sendThroughOutages();
  }

  /**
   * Parses the JSON of a response. Throws `protocol_version` if it is not JSON or does not match
   * `schema`.
   */
  parse<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> {
    const what = `The response of ${this.label}`;
    try {
      return parseAs(schema, JSON.parse(text), { what, code: "protocol_version" });
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new DmlError("protocol_version", `${what} is not JSON; the server may not be a dml master.`, { cause });
    }
  }

  /** Aborts the requests in progress as `interrupted`, and closes the connections. */
  close(): void {
    this.#closed.abort();
    this.#origin.close();
    this.blobs.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #send<Result>(path: string, call: Call, read: Read<Result>): Promise<Result> {
    const { clock, answerTimeoutMs = ANSWER_TIMEOUT_MS } = this.#options;
    const { method = "GET", body, timeoutMs = answerTimeoutMs } = call;
    const signals = [this.#closed.signal, ...(call.signal === undefined ? [] : [call.signal])];
    const watch = new StallWatch(clock, { stallMs: timeoutMs, signals });
    const headers = this.#headersOf(call);
    let response: Response;
    try {
      response = await this.#origin.send(path, { method, headers, body, signal: watch.signal, redirect: "error" });
      this.#hasAnswered = true;
      if (response.ok) return await read(response);
    } catch (error) {
      if (error instanceof DmlError) throw error;
      if (signals.some(({ aborted }) => aborted)) throw interrupted(error);
      throw this.#unreachable(error, watch.stalled);
    } finally {
      watch.stop();
    }
    throw await refusalOf(response, { what: `${method} ${this.label}${path}` });
  }

  #headersOf({ headers, mediaType }: Call): Record<string, string> {
    const { token } = this.#options;
    return {
      ...headers,
      ...(mediaType === undefined ? {} : { "content-type": mediaType }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
  }

  #unreachable(cause: unknown, isTimeout: boolean): DmlError {
    const reason = isTimeout ? "it did not answer in time" : unreachableReason(cause);
    const sentence = `The master at ${this.label} cannot be reached: ${reason}.`;
    const error = new DmlError("master_unreachable", sentence, { cause });
    return this.#hasAnswered && !isTimeout ? new TemporaryOutage(error) : error;
  }
}

/** Returns the error that `response` carries. */
async function refusalOf(response: Response, options: { what: string }): Promise<DmlError> {
  const refusal = await errorOfResponse(response, options);
  if (!RETRYABLE_REFUSALS.has(refusal.code)) return refusal;
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  return new RetryableRefusal(refusal, seconds >= 0 ? seconds * 1_000 : null);
}
