import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { copyBlob } from "../../../protocol/blob/copy_blob.ts";
import {
  type ModelAdded,
  modelAddedSchema,
  type ModelDetail,
  modelDetailSchema,
  modelFileReceivedSchema,
  type ModelListing,
  modelsSchema,
} from "../../../protocol/http_api/api.ts";
import { contentRange } from "../../../protocol/http/byte_range.ts";
import { modelFilePath, modelPath, PATHS } from "../../../protocol/http_api/paths.ts";
import { backoffMs } from "../../../protocol/kernel/backoff.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import type { z } from "../../../protocol/schema.ts";
import type { Call, MasterHttp } from "./master_http.ts";
import type { ModelsClient, OnBytes } from "../models_client.ts";
import { sleep } from "../../../protocol/kernel/sleep.ts";

/** Timeout of a request: verifying a built-in file or receiving a large piece may take long. */
const ANSWER_TIMEOUT_MS = 120_000;
/** Maximum number of consecutive attempts that transfer nothing. */
const TRIES_MAX = 5;

/** Clock and jitter of the waits between attempts, and the signal that aborts requests. */
export interface HttpModelsClientOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** The models behind the HTTP interface of a master. */
export class HttpModelsClient implements ModelsClient {
  readonly #http: MasterHttp;
  readonly #options: HttpModelsClientOptions;

  constructor(http: MasterHttp, options: HttpModelsClientOptions) {
    this.#http = http;
    this.#options = options;
  }

  get label(): string {
    return this.#http.label;
  }

  async list(): Promise<ModelListing[]> {
    return (await this.#ask(modelsSchema, PATHS.models)).models;
  }

  show(name: string): Promise<ModelDetail> {
    return this.#ask(modelDetailSchema, modelPath(name));
  }

  async read(digest: Digest, onBytes?: OnBytes): Promise<Uint8Array<ArrayBuffer>> {
    const { blobs } = this.#http;
    const size = await blobs.stat(digest);
    if (size === null) throw new DmlError("blob_not_found", `${this.label} has no file ${digest}.`);
    const to = new MemoryBlobStore();
    const { signal, clock, random } = this.#options;
    await copyBlob(digest, { from: blobs, to, size, signal, clock, random, onProgress: onBytes });
    return await to.read(digest);
  }

  async put(digest: Digest, bytes: Uint8Array<ArrayBuffer>, onBytes?: OnBytes): Promise<void> {
    const size = bytes.length;
    const path = modelFilePath(digest, size);
    let { receivedBytes } = await this.#ask(modelFileReceivedSchema, path);
    for (let failures = 0; receivedBytes < size;) {
      onBytes?.(receivedBytes, size);
      const before = receivedBytes;
      try {
        ({ receivedBytes } = await this.#ask(modelFileReceivedSchema, path, pieceOf(bytes, receivedBytes)));
      } catch (error) {
        if (!(error instanceof DmlError) || !error.kind.retryable || ++failures >= TRIES_MAX) throw error;
        await sleep(backoffMs(failures, this.#options), this.#options);
        this.#throwIfStopped();
        ({ receivedBytes } = await this.#ask(modelFileReceivedSchema, path));
      }
      if (receivedBytes > before) failures = 0;
      else if (++failures >= TRIES_MAX) {
        throw new DmlError("connection_lost", `${this.label} accepts only ${receivedBytes} bytes of ${digest}.`);
      }
    }
    onBytes?.(size, size);
  }

  add(manifest: Uint8Array<ArrayBuffer>): Promise<ModelAdded> {
    const call = { method: "POST", body: manifest, mediaType: "application/json" } as const;
    return this.#ask(modelAddedSchema, PATHS.models, call);
  }

  close(): Promise<void> {
    this.#http.close();
    return Promise.resolve();
  }

  #throwIfStopped(): void {
    if (this.#options.signal.aborted) throw new DmlError("interrupted", "Stopped before it was done.");
  }

  #ask<Schema extends z.ZodType>(schema: Schema, path: string, call: Call = {}): Promise<z.infer<Schema>> {
    return this.#http.ask(schema, path, { timeoutMs: ANSWER_TIMEOUT_MS, signal: this.#options.signal, ...call });
  }
}

/** Returns the request that uploads the piece starting at `start`. */
function pieceOf(bytes: Uint8Array<ArrayBuffer>, start: number): Call {
  const end = Math.min(bytes.length, start + LIMITS.modelFilePieceBytes);
  const headers = { "content-range": contentRange({ start, end }, bytes.length) };
  return { method: "PUT", headers, body: bytes.subarray(start, end) };
}
