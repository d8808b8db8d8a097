import { baseUrlOf, formatAddress } from "../../../protocol/http_api/address.ts";
import { HttpBlobStore } from "../../../protocol/blob/http_blob_store.ts";
import { HttpOrigin } from "../../../protocol/http/http_origin.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { errorOfResponse } from "../../../protocol/http/problem.ts";
import { unreachableReason } from "../../../protocol/http/unreachable.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import { StallWatch } from "../../../protocol/kernel/stall_watch.ts";
import type { MasterTrust } from "../../../protocol/security/master_trust.ts";
import { splitPin } from "../../../protocol/security/pin.ts";
import { tlsFailure } from "../../../protocol/security/tls_failure.ts";
import { parseAs, type z } from "../../../protocol/schema.ts";
import type { Address } from "../../../protocol/ports/transport.ts";
import { LineWatch } from "./line_watch.ts";
import { interrupted, RetryableRefusal, retryOnOutage, retryOnRefusal, TemporaryOutage } from "../retry/retry.ts";

/** Timeout of a request that the master answers at once. */
export const ANSWER_TIMEOUT_MS = 10_000;

const SILENCE = `${LIMITS.deadAfterMs / 1_000} s`;
/** The advice about a request that must not be sent twice. */
const UNKNOWN_ADVICE = "It may have been done all the same: look first, then run it again if it was not.";

/** Refusals after which the same request may succeed later. */
const RETRYABLE_REFUSALS: ReadonlySet<string> = new Set(["queue_full", "shutting_down", "no_capable_node"]);

/** Options of {@linkcode MasterHttp}. */
export interface MasterHttpOptions {
  readonly address: Address;
  /** Token as it was handed out; `null` if none is needed. */
  readonly token: string | null;
  /** `null` or absent for a master without TLS. */
  readonly trust?: MasterTrust;
  readonly clock: Clock;
  readonly random: Random;
  /** Timeout of requests that set none; {@linkcode ANSWER_TIMEOUT_MS} by default. */
  readonly answerTimeoutMs?: number;
  /** Called with each failure before the wait that precedes the next attempt. */
  readonly onRetry?: (failure: DmlError) => void;
  /** Time to wait for a master that went away; `LIMITS.outageMs` by default. */
  readonly outageMs?: number;
  /** True if requests are given up when the line to the master is silent; see {@linkcode LineWatch}. */
  readonly watchesLine?: boolean;
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
  /**
   * The failures after which the request is sent again; only for idempotent requests. By default a
   * GET is sent again after an outage, and nothing else.
   */
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
  /** `null` if the line is not watched. */
  readonly #line: LineWatch | null;
  /** True once the master has answered; only then is a lost connection a temporary outage. */
  #hasAnswered = false;

  constructor(options: MasterHttpOptions) {
    const { address, trust = null } = options;
    const token = options.token === null ? null : splitPin(options.token).secret;
    this.#options = { ...options, token };
    this.label = baseUrlOf(address, trust);
    const connection = { token, trust: () => trust };
    this.#origin = new HttpOrigin(this.label, connection);
    this.#line = options.watchesLine ? this.#watchLine(new HttpOrigin(this.label, connection)) : null;
    this.blobs = new HttpBlobStore(this.label, connection);
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
    const { method = "GET", retryOn = method === "GET" ? ["outage"] : [], signal = this.#closed.signal } = call;
    const options = { ...this.#options, signal };
    const send = () => this.#send(path, { ...call, retryOn }, read);
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
    this.#line?.close();
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
    const line = this.#line?.begin() ?? null;
    const watch = new StallWatch(clock, {
      stallMs: timeoutMs,
      signals: line === null ? signals : [...signals, line.signal],
    });
    const headers = this.#headersOf(call);
    let response: Response;
    try {
      response = await this.#origin.send(path, { method, headers, body, signal: watch.signal, redirect: "error" });
      this.#hasAnswered = true;
      if (response.ok) return await read(response);
    } catch (error) {
      if (error instanceof DmlError) throw error;
      if (signals.some(({ aborted }) => aborted)) throw interrupted(error);
      if (line?.signal.aborted) throw this.#silent(error, call);
      throw this.#unreachable(error, watch.stalled);
    } finally {
      watch.stop();
      line?.end();
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

  /** Returns the watch over the line, which asks for signs of life on connections of `origin`. */
  #watchLine(origin: HttpOrigin): LineWatch {
    this.#closed.signal.addEventListener("abort", () => origin.close());
    return new LineWatch({
      clock: this.#options.clock,
      ask: async (signal) => {
        const response = await origin.send(PATHS.health, { signal, redirect: "manual" });
        await response.body?.cancel();
      },
      // What is sent again must not go over the connections that are silent.
      onSilent: () => {
        origin.close();
        this.#origin.close();
      },
    });
  }

  /** Returns the error of a request that waited on a silent line. */
  #silent(cause: unknown, { retryOn = [] }: Call): DmlError {
    const sentence = `The master at ${this.label} cannot be reached: it has been silent for ${SILENCE}.`;
    const error = retryOn.includes("outage")
      ? new DmlError("master_unreachable", sentence, { cause })
      : new DmlError("master_unreachable", sentence, { cause, advice: UNKNOWN_ADVICE });
    return this.#hasAnswered ? new TemporaryOutage(error) : error;
  }

  #unreachable(cause: unknown, isTimeout: boolean): DmlError {
    const untrusted = tlsFailure(cause, { name: formatAddress(this.#options.address) });
    if (untrusted !== null) return untrusted;
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
