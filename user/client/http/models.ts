import { baseUrlOf } from "../../../protocol/http_api/address.ts";
import { HttpBlobStore } from "../../../protocol/blob/http_blob_store.ts";
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
import type { Address } from "../../../protocol/ports/transport.ts";
import { HttpClusterClient } from "./cluster.ts";
import type { Call } from "./request.ts";
import type { ModelsClient, OnBytes } from "../models_client.ts";
import { sleep } from "../../../protocol/kernel/sleep.ts";

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

/** The models of the master at an address. What goes wrong on the way is `master_unreachable`. */
export class HttpModelsClient implements ModelsClient {
  readonly label: string;
  readonly #options: HttpModelsClientOptions;
  readonly #cluster: HttpClusterClient;
  readonly #blobs: HttpBlobStore;

  constructor(options: HttpModelsClientOptions) {
    this.#options = options;
    this.#cluster = new HttpClusterClient({ ...options, answerTimeoutMs: ANSWER_TIMEOUT_MS });
    this.label = baseUrlOf(options.address);
    this.#blobs = new HttpBlobStore(this.label, options);
  }

  async list(): Promise<ModelListing[]> {
    return (await this.#ask(modelsSchema, PATHS.models)).models;
  }

  show(name: string): Promise<ModelDetail> {
    return this.#ask(modelDetailSchema, modelPath(name));
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
        throw new DmlError("connection_lost", `${this.label} takes no more of ${digest} than ${receivedBytes} bytes.`);
      }
    }
    onBytes?.(size, size);
  }

  add(manifest: Uint8Array<ArrayBuffer>): Promise<ModelAdded> {
    const call = { method: "POST", body: manifest, mediaType: "application/json" } as const;
    return this.#ask(modelAddedSchema, PATHS.models, call);
  }

  close(): Promise<void> {
    this.#blobs.close();
    return Promise.resolve();
  }

  #throwIfStopped(): void {
    if (this.#options.signal.aborted) throw new DmlError("interrupted", "Stopped before it was done.");
  }

  #ask<Schema extends z.ZodType>(schema: Schema, path: string, call: Call = {}): Promise<z.infer<Schema>> {
    return this.#cluster.ask(schema, path, { ...call, signal: this.#options.signal });
  }
}

/** The call that sends the piece which begins at `start`. A body of known size: one that streams crawls. */
function pieceOf(bytes: Uint8Array<ArrayBuffer>, start: number): Call {
  const end = Math.min(bytes.length, start + LIMITS.modelFilePieceBytes);
  return { method: "PUT", contentRange: contentRange({ start, end }, bytes.length), body: bytes.subarray(start, end) };
}
