import {
  type ClusterInfo,
  clusterSchema,
  type ModelListing,
  modelsSchema,
  nodeCommandAnswerSchema,
  type NodeListing,
  nodesSchema,
} from "../../../protocol/http_api/api.ts";
import { StallWatch } from "../../../protocol/kernel/stall_watch.ts";
import type { Answer } from "../../../protocol/http/http_answer.ts";
import { nodeCommandPath, PATHS } from "../../../protocol/http_api/paths.ts";
import { errorOfResponse } from "../../../protocol/http/problem.ts";
import { unreachableReason } from "../../../protocol/http/unreachable.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { NodeCommandName } from "../../../protocol/messages/command.ts";
import { parseAs, type z } from "../../../protocol/schema.ts";
import { baseUrlOf } from "../../../protocol/http_api/address.ts";
import type { ClusterClient, Predicted, PredictOptions } from "../cluster_client.ts";
import { HttpPredictionClient } from "./predictions.ts";
import { HttpVersionClient } from "./versions.ts";
import { HttpProgramClient } from "./programs.ts";
import { ANSWER_TIMEOUT_MS, type Call, type HttpClusterClientOptions, type Reading, type Send } from "./request.ts";
import { interrupted, RetryableRefusal, retryOnRefusal, TemporaryOutage } from "../retry/retry.ts";

/** Refusals after which the same request may succeed later. */
const RETRYABLE: ReadonlySet<string> = new Set(["queue_full", "shutting_down", "no_capable_node"]);

const COMMAND_TIMEOUT_MS = LIMITS.drainMs + ANSWER_TIMEOUT_MS;

/** What an {@linkcode HttpClient} throws when no answer came, or not all of it. */
const ON_THE_WAY: ReadonlySet<string> = new Set(["connection_lost", "cancelled"]);

/** The cluster behind the HTTP interface of a master. What goes wrong on the way is `master_unreachable`. */
export class HttpClusterClient implements ClusterClient {
  readonly label: string;
  readonly #baseUrl: string;
  readonly #options: HttpClusterClientOptions;
  readonly #closed = new AbortController();
  /** What never answered is no master that is away for now. */
  #hasAnswered = false;
  readonly #predictions: HttpPredictionClient;
  readonly versions = new HttpVersionClient((schema, path, call) => this.ask(schema, path, call));

  readonly programs = new HttpProgramClient((schema, path) => this.ask(schema, path));

  constructor(options: HttpClusterClientOptions) {
    this.#options = options;
    this.#baseUrl = baseUrlOf(options.address);
    this.#predictions = new HttpPredictionClient(this, { ...options, baseUrl: this.#baseUrl });
    this.label = this.#baseUrl;
  }

  info(): Promise<ClusterInfo> {
    return this.ask(clusterSchema, PATHS.cluster);
  }

  async nodes(): Promise<NodeListing[]> {
    return (await this.ask(nodesSchema, PATHS.nodes)).nodes;
  }

  async models(): Promise<ModelListing[]> {
    return (await this.ask(modelsSchema, PATHS.models)).models;
  }

  predict(image: Uint8Array<ArrayBuffer>, options: PredictOptions): Promise<Predicted> {
    return this.#predictions.predict(image, { ...options, signal: options.signal ?? this.#closed.signal });
  }

  async command(nodeId: string, command: NodeCommandName): Promise<string> {
    const answer = await this.ask(nodeCommandAnswerSchema, nodeCommandPath(nodeId), {
      method: "POST",
      body: JSON.stringify({ command }),
      mediaType: "application/json",
      timeoutMs: COMMAND_TIMEOUT_MS,
    });
    return answer.detail;
  }

  /** Ends what is under way. */
  close(): Promise<void> {
    this.#closed.abort();
    this.#predictions.close();
    return Promise.resolve();
  }

  /** Asks again, a bounded number of times, while the cluster says that it cannot now. */
  untilTaken<Answered>(ask: () => Promise<Answered>, signal: AbortSignal = this.#closed.signal): Promise<Answered> {
    return retryOnRefusal(ask, { ...this.#options, signal });
  }

  /** Sends one request and reads the JSON of its answer. */
  ask<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    call: Call = {},
  ): Promise<z.infer<Schema>> {
    const read = async (response: Response) => this.parse(schema, await response.text());
    return this.call(path, { ...call, read });
  }

  /** The JSON of an answer; throws `protocol_version` for what is none. */
  parse<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> {
    const what = `What ${this.label} answered`;
    try {
      return parseAs(schema, JSON.parse(text), { what, code: "protocol_version" });
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new DmlError("protocol_version", `${what} is not JSON; it may be no dml.`, { cause });
    }
  }

  /** The same by `fetch`. */
  call<Read>(path: string, call: Call & Reading<Response, Read>): Promise<Read> {
    const send: Send<Response> = (path, request) => fetch(this.#baseUrl + path, { ...request, redirect: "error" });
    return this.through(send, path, call);
  }

  /** Sends one request by `send` and reads its answer; a failure on the way is told from a refusal. */
  async through<From extends Answer, Read>(
    send: Send<From>,
    path: string,
    call: Call & Reading<From, Read>,
  ): Promise<Read> {
    const { token, clock, answerTimeoutMs = ANSWER_TIMEOUT_MS } = this.#options;
    const callers = call.signal && call.signal !== this.#closed.signal
      ? [this.#closed.signal, call.signal]
      : [this.#closed.signal];
    const headers: Record<string, string> = {};
    if (call.mediaType) headers["content-type"] = call.mediaType;
    if (call.contentRange) headers["content-range"] = call.contentRange;
    if (call.accept) headers.accept = call.accept;
    if (token !== null) headers.authorization = `Bearer ${token}`;
    const { method = "GET", body } = call;
    const watch = new StallWatch(clock, { stallMs: call.timeoutMs ?? answerTimeoutMs, signals: callers });
    let response: From;
    try {
      response = await send(path, { method, headers, body, signal: watch.signal });
      this.#hasAnswered = true;
      if (response.ok) return await call.read(response);
    } catch (error) {
      if (error instanceof DmlError && !ON_THE_WAY.has(error.code)) throw error;
      if (callers.some(({ aborted }) => aborted)) throw interrupted(error);
      throw this.#unreachable(error, watch.stalled);
    } finally {
      watch.stop();
    }
    throw await refusalOf(response, { what: `${method} ${this.#baseUrl}${path}` });
  }

  #unreachable(cause: unknown, isTimeout: boolean): DmlError {
    const reason = isTimeout ? "it did not answer in time" : unreachableReason(cause);
    const sentence = `The master at ${this.label} cannot be reached: ${reason}.`;
    const error = new DmlError("master_unreachable", sentence, { cause });
    return this.#hasAnswered && !isTimeout ? new TemporaryOutage(error) : error;
  }
}

/** Returns the error that `response` carries. */
async function refusalOf(response: Answer, options: { what: string }): Promise<DmlError> {
  const refusal = await errorOfResponse(response, options);
  if (!RETRYABLE.has(refusal.code)) return refusal;
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  return new RetryableRefusal(refusal, seconds >= 0 ? seconds * 1_000 : null);
}
