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
import { JOINED_MEDIA_TYPE, splitResponse } from "../protocol/http/joined_answer.ts";
import { blobPath, nodeCommandPath, PATHS } from "../protocol/http/paths.ts";
import { errorOfResponse } from "../protocol/http/problem.ts";
import { backoffMs } from "../protocol/kernel/backoff.ts";
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
import type { ClusterClient, Predicted, PredictOptions } from "./cluster_client.ts";
import { HttpVersionClient } from "./http_version_client.ts";
import { HttpProgramClient } from "./http_program_client.ts";
import { waited } from "./waited.ts";

/** Refusals that pass by themselves: the same picture is sent again. */
const PASSING: ReadonlySet<string> = new Set(["queue_full", "shutting_down", "no_capable_node"]);
/** With the waits between them about eight seconds, and as much more as the master holds each try before it refuses. */
const TRIES_MAX = 6;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;
const ANSWER_TIMEOUT_MS = 10_000;
const COMMAND_TIMEOUT_MS = LIMITS.drainMs + ANSWER_TIMEOUT_MS;
/** The master answers within its own deadline; this is for one that is stuck. */
const PREDICTION_TIMEOUT_MS = LIMITS.taskDeadlineMs + ANSWER_TIMEOUT_MS;

export interface HttpClusterClientOptions {
  readonly address: Address;
  readonly token: string | null;
  readonly clock: Clock;
  readonly random: Random;
  /** For everything but predictions; a probe takes a short one. */
  readonly answerTimeoutMs?: number;
  /** Hears of each refusal that is waited out. */
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

/** The cluster behind the HTTP interface of a master. What goes wrong on the way is `master_unreachable`. */
export class HttpClusterClient implements ClusterClient {
  readonly label: string;
  readonly #baseUrl: string;
  readonly #options: HttpClusterClientOptions;
  readonly #closed = new AbortController();
  readonly versions = new HttpVersionClient((schema, path, call) => this.ask(schema, path, call));

  readonly programs = new HttpProgramClient((schema, path) => this.ask(schema, path));

  constructor(options: HttpClusterClientOptions) {
    this.#options = options;
    this.#baseUrl = baseUrlOf(options.address);
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
    const { answer, picture } = await this.untilTaken(() =>
      this.call(`${PATHS.predictions}?${query}`, {
        method: "POST",
        body: image,
        mediaType: "application/octet-stream",
        accept: `${JOINED_MEDIA_TYPE}, application/json`,
        timeoutMs: PREDICTION_TIMEOUT_MS,
        signal,
        read: async (response) => {
          const { json, picture } = await splitResponse(response);
          return { answer: this.#parse(predictAnswerSchema, json), picture };
        },
      }), signal);
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
    return Promise.resolve();
  }

  /** Asks again, a bounded number of times, while the cluster says that it cannot now. */
  async untilTaken<Answer>(ask: () => Promise<Answer>, signal: AbortSignal = this.#closed.signal): Promise<Answer> {
    const { clock, random } = this.#options;
    for (let attempt = 1;; attempt++) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof RefusedForNow) || attempt === TRIES_MAX) throw error;
        this.#options.onRefused?.(error);
        const delayMs = error.askedForMs ??
          backoffMs(attempt, { random, minMs: RETRY_MIN_MS, maxMs: RETRY_MAX_MS });
        await waited(Math.min(RETRY_MAX_MS, delayMs), { clock, signal });
        if (signal.aborted) throw interrupted();
      }
    }
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
  async call<Answer>(
    path: string,
    call: Call & { readonly read: (response: Response) => Promise<Answer> },
  ): Promise<Answer> {
    const { token, answerTimeoutMs = ANSWER_TIMEOUT_MS } = this.#options;
    const timeout = AbortSignal.timeout(call.timeoutMs ?? answerTimeoutMs);
    const caller = AbortSignal.any([this.#closed.signal, ...(call.signal ? [call.signal] : [])]);
    const headers = new Headers(call.mediaType ? { "content-type": call.mediaType } : {});
    if (call.contentRange) headers.set("content-range", call.contentRange);
    if (call.accept) headers.set("accept", call.accept);
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    try {
      const response = await fetch(this.#baseUrl + path, {
        method: call.method ?? "GET",
        headers,
        body: call.body,
        redirect: "error",
        signal: AbortSignal.any([timeout, caller]),
      });
      if (response.ok) return await call.read(response);
      throw await refusalOf(response, { what: `${call.method ?? "GET"} ${this.#baseUrl}${path}` });
    } catch (error) {
      if (error instanceof DmlError) throw error;
      if (caller.aborted) throw interrupted(error);
      throw this.#unreachable(error, timeout.aborted);
    }
  }

  #unreachable(cause: unknown, isTimeout: boolean): DmlError {
    const reason = isTimeout ? "it did not answer in time" : unreachableReason(cause);
    return new DmlError(
      "master_unreachable",
      `The master at ${this.label} cannot be reached: ${reason}.`,
      { cause },
    );
  }
}

/** A refusal that passes by itself, and when to come back if the master said so. */
class RefusedForNow extends DmlError {
  constructor(refusal: DmlError, readonly askedForMs: number | null) {
    super(refusal.code, refusal.message, { cause: refusal, advice: refusal.advice });
  }
}

async function refusalOf(response: Response, options: { what: string }): Promise<DmlError> {
  const refusal = await errorOfResponse(response, options);
  if (!PASSING.has(refusal.code)) return refusal;
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  return new RefusedForNow(refusal, seconds >= 0 ? seconds * 1_000 : null);
}

function interrupted(cause?: unknown): DmlError {
  return new DmlError("interrupted", "Stopped before the answer came.", { cause });
}

/** Why a `fetch` failed: what it throws only says that it did, its cause says why, behind the whole URL. */
export function unreachableReason(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/refused/i.test(text)) return "nothing listens there";
  if (/dns error/i.test(text)) return "there is no host of that name";
  return text.replace(/^.*client error \(\w+\): /, "");
}
