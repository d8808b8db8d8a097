import { NO_GALLERY } from "../protocol/messages/people_names.ts";
import {
  type ClusterInfo,
  clusterSchema,
  nodeCommandAnswerSchema,
  type NodeListing,
  nodesSchema,
  predictAnswerSchema,
  type RecognizerListing,
  recognizersSchema,
} from "../protocol/http/api.ts";
import { StallWatch } from "../protocol/kernel/stall_watch.ts";
import { JOINED_MEDIA_TYPE, splitResponse } from "../protocol/http/joined_answer.ts";
import type { Answer } from "../protocol/http/http_answer.ts";
import { HttpClient } from "../protocol/http/http_client.ts";
import { blobPath, nodeCommandPath, PATHS } from "../protocol/http/paths.ts";
import { unreachableReason } from "../protocol/http/unreachable.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import { digestOf } from "../protocol/kernel/digest.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { CommandName } from "../protocol/messages/command.ts";
import type { BlobReference } from "../protocol/messages/task.ts";
import { parseAs, type z } from "../protocol/schema.ts";
import type { Address } from "../protocol/transport.ts";
import { baseUrlOf } from "../protocol/address.ts";
import { AwayForNow, untilBack } from "./away_for_now.ts";
import type { ClusterClient, Predicted, PredictOptions } from "./cluster_client.ts";
import { HttpVersionClient } from "./http_version_client.ts";
import { HttpProgramClient } from "./http_program_client.ts";
import { interrupted } from "./interrupted.ts";
import { refusalOf, untilTaken } from "./refused_for_now.ts";

const ANSWER_TIMEOUT_MS = 10_000;
const COMMAND_TIMEOUT_MS = LIMITS.drainMs + ANSWER_TIMEOUT_MS;
/** The master answers within its own deadline; this is for one that is stuck. */
const PREDICTION_TIMEOUT_MS = LIMITS.taskDeadlineMs + ANSWER_TIMEOUT_MS;

/** What an {@linkcode HttpClient} throws when no answer came, or not all of it. */
const ON_THE_WAY: ReadonlySet<string> = new Set(["connection_lost", "cancelled"]);

export interface HttpClusterClientOptions {
  readonly address: Address;
  readonly token: string | null;
  readonly clock: Clock;
  readonly random: Random;
  /** For everything but predictions; a probe takes a short one. */
  readonly answerTimeoutMs?: number;
  /** Hears of each refusal that is waited out, and of a master that is away for now. */
  readonly onRefused?: (refusal: DmlError) => void;
}

/** One request. */
export interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: Uint8Array<ArrayBuffer> | string;
  readonly mediaType?: string;
  /** Which part of something `body` is. */
  readonly contentRange?: string;
  readonly accept?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** How its answer is read. */
interface Reading<From, Read> {
  readonly read: (response: From) => Promise<Read>;
}

/** Sends a request to the master: the path and what belongs to it. */
type Send<From> = (path: string, request: {
  readonly method: NonNullable<Call["method"]>;
  readonly headers: Record<string, string>;
  readonly body?: Call["body"];
  readonly signal: AbortSignal;
}) => Promise<From>;

/** The cluster behind the HTTP interface of a master. What goes wrong on the way is `master_unreachable`. */
export class HttpClusterClient implements ClusterClient {
  readonly label: string;
  readonly #baseUrl: string;
  readonly #options: HttpClusterClientOptions;
  readonly #closed = new AbortController();
  /** What never answered is no master that is away for now. */
  #hasAnswered = false;
  /** Pictures go through it, in half the time that `fetch` takes for them. */
  readonly #client: HttpClient;
  readonly versions = new HttpVersionClient((schema, path, call) => this.ask(schema, path, call));

  readonly programs = new HttpProgramClient((schema, path) => this.ask(schema, path));

  constructor(options: HttpClusterClientOptions) {
    this.#options = options;
    this.#baseUrl = baseUrlOf(options.address);
    this.#client = new HttpClient(new URL(this.#baseUrl));
    this.label = this.#baseUrl;
  }

  info(): Promise<ClusterInfo> {
    return this.ask(clusterSchema, PATHS.cluster);
  }

  async nodes(): Promise<NodeListing[]> {
    return (await this.ask(nodesSchema, PATHS.nodes)).nodes;
  }

  async recognizers(): Promise<RecognizerListing[]> {
    return (await this.ask(recognizersSchema, PATHS.recognizers)).recognizers;
  }

  async predict(image: Uint8Array<ArrayBuffer>, options: PredictOptions): Promise<Predicted> {
    const { signal = this.#closed.signal } = options;
    const query = new URLSearchParams({
      recognizer: options.recognizer,
      annotate: String(options.annotate),
      embeddings: String(options.embeddings),
      gallery: options.gallery ?? NO_GALLERY,
    });
    const sendPicture: Send<Answer> = (path, { headers, signal }) =>
      this.#client.send({ method: "POST", path, headers, body: image, signal });
    const ask = () =>
      this.#through(sendPicture, `${PATHS.predictions}?${query}`, {
        method: "POST",
        mediaType: "application/octet-stream",
        accept: `${JOINED_MEDIA_TYPE}, application/json`,
        timeoutMs: PREDICTION_TIMEOUT_MS,
        signal,
        read: async (response) => {
          const { json, picture } = await splitResponse(response);
          return { answer: this.#parse(predictAnswerSchema, json), picture };
        },
      });
    // A prediction changes nothing: one that was made and got lost on the way is made once more.
    const { answer, picture } = await this.untilTaken(
      () => untilBack(ask, { ...this.#options, onAway: this.#options.onRefused, signal }),
      signal,
    );
    const { prediction, annotated } = answer;
    if (annotated === null) return { prediction, annotated };
    return { prediction, annotated: this.#verified(picture ?? await this.#fetchPicture(annotated, signal), annotated) };
  }

  async command(nodeId: string, command: CommandName): Promise<string> {
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
    this.#client.close();
    return Promise.resolve();
  }

  /** Asks again, a bounded number of times, while the cluster says that it cannot now. */
  untilTaken<Answered>(ask: () => Promise<Answered>, signal: AbortSignal = this.#closed.signal): Promise<Answered> {
    return untilTaken(ask, { ...this.#options, signal });
  }

  /** From a master that does not send it along. */
  async #fetchPicture({ digest }: BlobReference, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const read = async (response: Response) => new Uint8Array(await response.arrayBuffer());
    return await this.call(blobPath(digest), { signal, read });
  }

  #verified(bytes: Uint8Array<ArrayBuffer>, { digest, size }: BlobReference): Uint8Array<ArrayBuffer> {
    if (bytes.length === size && digestOf(bytes) === digest) return bytes;
    throw new DmlError(
      "blob_corrupt",
      `The annotated picture that came from ${this.label} is not the one that was announced.`,
    );
  }

  /** Sends one request and reads the JSON of its answer. */
  ask<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    call: Call = {},
  ): Promise<z.infer<Schema>> {
    const read = async (response: Response) => this.#parse(schema, await response.text());
    return this.call(path, { ...call, read });
  }

  #parse<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> {
    const what = `What ${this.label} answered`;
    try {
      return parseAs(schema, JSON.parse(text), { what, code: "protocol_version" });
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new DmlError("protocol_version", `${what} is not JSON; it may be no dml.`, { cause });
    }
  }

  /** Sends one request and reads its answer; a failure on the way is told from a refusal. */
  call<Read>(path: string, call: Call & Reading<Response, Read>): Promise<Read> {
    const send: Send<Response> = (path, request) => fetch(this.#baseUrl + path, { ...request, redirect: "error" });
    return this.#through(send, path, call);
  }

  async #through<From extends Answer, Read>(
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
    return this.#hasAnswered && !isTimeout ? new AwayForNow(error) : error;
  }
}
