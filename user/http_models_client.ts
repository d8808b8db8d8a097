import { baseUrlOf } from "../protocol/address.ts";
import { HttpBlobStore } from "../protocol/blob/http_blob_store.ts";
import { MemoryBlobStore } from "../protocol/blob/memory_blob_store.ts";
import { copyBlob } from "../protocol/blob/copy_blob.ts";
import {
  layerReceivedSchema,
  type RecognizerAdded,
  recognizerAddedSchema,
  type RecognizerDetail,
  recognizerDetailSchema,
  type RecognizerListing,
  recognizersSchema,
} from "../protocol/http/api.ts";
import { contentRange } from "../protocol/http/byte_range.ts";
import { layerPath, PATHS, recognizerPath } from "../protocol/http/paths.ts";
import { errorOfResponse } from "../protocol/http/problem.ts";
import { backoffMs } from "../protocol/kernel/backoff.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { Random } from "../protocol/kernel/random.ts";
import { parseAs, type z } from "../protocol/schema.ts";
import type { Address } from "../protocol/transport.ts";
import { unreachableReason } from "./http_cluster_client.ts";
import type { ModelsClient, OnBytes } from "./models_client.ts";
import { waited } from "./waited.ts";

/** Verifying a catalog's file, or taking a large piece in, takes its time. */
const ANSWER_TIMEOUT_MS = 120_000;
/** Tries in a row that bring nothing. */
const TRIES_MAX = 5;

export interface HttpModelsClientOptions {
  readonly address: Address;
  readonly token: string | null;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: Uint8Array<ArrayBuffer> | string;
  readonly mediaType?: string;
  readonly contentRange?: string;
}

/** The recognizers of the master at an address. What goes wrong on the way is `master_unreachable`. */
export class HttpModelsClient implements ModelsClient {
  readonly label: string;
  readonly #options: HttpModelsClientOptions;
  readonly #blobs: HttpBlobStore;

  constructor(options: HttpModelsClientOptions) {
    this.#options = options;
    this.label = baseUrlOf(options.address);
    this.#blobs = new HttpBlobStore(this.label, { token: options.token });
  }

  async list(): Promise<RecognizerListing[]> {
    return (await this.ask(recognizersSchema, PATHS.recognizers)).recognizers;
  }

  show(name: string): Promise<RecognizerDetail> {
    return this.ask(recognizerDetailSchema, recognizerPath(name));
  }

  async read(digest: Digest, onBytes?: OnBytes): Promise<Uint8Array<ArrayBuffer>> {
    const size = await this.#blobs.stat(digest);
    if (size === null) throw new DmlError("blob_not_found", `${this.label} has no file ${digest}.`);
    const to = new MemoryBlobStore();
    const { signal, clock, random } = this.#options;
    await copyBlob(digest, { from: this.#blobs, to, size, signal, clock, random, onProgress: onBytes });
    return await to.read(digest);
  }

  async put(digest: Digest, bytes: Uint8Array<ArrayBuffer>, onBytes?: OnBytes): Promise<void> {
    const size = bytes.length;
    const path = layerPath(digest, size);
    let { receivedBytes } = await this.ask(layerReceivedSchema, path);
    for (let failures = 0; receivedBytes < size;) {
      onBytes?.(receivedBytes, size);
      const before = receivedBytes;
      try {
        ({ receivedBytes } = await this.ask(layerReceivedSchema, path, pieceOf(bytes, receivedBytes)));
      } catch (error) {
        if (!(error instanceof DmlError) || !error.kind.retryable || ++failures >= TRIES_MAX) throw error;
        await waited(backoffMs(failures, this.#options), this.#options);
        this.#throwIfStopped();
        ({ receivedBytes } = await this.ask(layerReceivedSchema, path));
      }
      if (receivedBytes > before) failures = 0;
      else if (++failures >= TRIES_MAX) {
        throw new DmlError("connection_lost", `${this.label} takes no more of ${digest} than ${receivedBytes} bytes.`);
      }
    }
    onBytes?.(size, size);
  }

  add(manifest: Uint8Array<ArrayBuffer>): Promise<RecognizerAdded> {
    const call = { method: "POST", body: manifest, mediaType: "application/json" } as const;
    return this.ask(recognizerAddedSchema, PATHS.recognizers, call);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #throwIfStopped(): void {
    if (this.#options.signal.aborted) throw new DmlError("interrupted", "Stopped before it was done.");
  }

  /** Asks one path and checks the answer against `schema`. */
  async ask<Schema extends z.ZodType>(schema: Schema, path: string, call: Call = {}): Promise<z.infer<Schema>> {
    const { token, signal } = this.#options;
    const { method = "GET", body, mediaType, contentRange } = call;
    const headers = new Headers();
    if (mediaType !== undefined) headers.set("content-type", mediaType);
    if (contentRange !== undefined) headers.set("content-range", contentRange);
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    let text: string;
    try {
      const init = { method, body, headers, redirect: "error", signal: AbortSignal.any([timeout, signal]) } as const;
      const response = await fetch(this.label + path, init);
      if (!response.ok) throw await errorOfResponse(response, { what: `${method} ${this.label}${path}` });
      text = await response.text();
    } catch (error) {
      if (error instanceof DmlError) throw error;
      this.#throwIfStopped();
      const reason = timeout.aborted ? "it did not answer in time" : unreachableReason(error);
      const sentence = `The master at ${this.label} cannot be reached: ${reason}.`;
      throw new DmlError("master_unreachable", sentence, { cause: error });
    }
    return this.#parse(schema, text);
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
}

/** The call that sends the piece which begins at `start`. A body of known size: one that streams crawls. */
function pieceOf(bytes: Uint8Array<ArrayBuffer>, start: number): Call {
  const end = Math.min(bytes.length, start + LIMITS.layerPieceBytes);
  return { method: "PUT", contentRange: contentRange({ start, end }, bytes.length), body: bytes.subarray(start, end) };
}
