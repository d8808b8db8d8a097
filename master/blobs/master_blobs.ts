import type { BlobReading, BlobsInView, BlobStore, BlobWriter } from "../../protocol/ports/blob_store.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { ProgramFiles } from "../programs/program_files.ts";
import type { ModelStore } from "../models/model_store.ts";
import type { TransientBlobs } from "./transient_blobs.ts";

export interface MasterBlobsOptions {
  readonly clock: Clock;
  readonly transient: TransientBlobs;
  readonly transientStore: BlobStore;
  readonly durableStore: BlobStore;
  readonly models: ModelStore;
  readonly programs?: ProgramFiles;
  /** Called after each result that was put. */
  readonly onPut: (digest: Digest) => void;
}

/**
 * The blobs of the master as nodes see them: pictures, annotated results, programs, and the files
 * of models, which are made when they are first requested. A blob that is put is a result and is
 * kept for a limited time; the caller must not change its bytes afterwards.
 */
export class MasterBlobs implements BlobStore, BlobsInView {
  /**
   * The part for uploads of results. Its `stat` sees the transient blobs only, so that a result is
   * stored even if another store has the same blob.
   */
  readonly results: Pick<BlobStore, "stat" | "put">;
  readonly #options: MasterBlobsOptions;

  constructor(options: MasterBlobsOptions) {
    this.#options = options;
    const stat = (digest: Digest) => Promise.resolve(options.transient.view(digest)?.length ?? null);
    this.results = { stat, put: (digest, bytes) => this.put(digest, bytes) };
  }

  view(digest: Digest): Uint8Array<ArrayBuffer> | null {
    return this.#options.transient.view(digest);
  }

  async stat(digest: Digest): Promise<number | null> {
    return await (await this.#storeOf(digest)).stat(digest);
  }

  async open(
    digest: Digest,
    options?: { offset?: number; signal?: AbortSignal },
  ): Promise<BlobReading> {
    return await (await this.#storeOf(digest)).open(digest, options);
  }

  async read(
    digest: Digest,
    options?: { signal?: AbortSignal },
  ): Promise<Uint8Array<ArrayBuffer>> {
    return await (await this.#storeOf(digest)).read(digest, options);
  }

  async put(digest: Digest, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { transient, clock, onPut } = this.#options;
    await transient.put(digest, bytes, clock.nowMs());
    onPut(digest);
  }

  receive(digest: Digest): Promise<BlobWriter> {
    return Promise.reject(
      new DmlError("request_invalid", `The result ${digest} must be put in one piece.`),
    );
  }

  delete(digest: Digest): Promise<boolean> {
    return Promise.reject(
      new DmlError("request_invalid", `The master deletes ${digest} once it is no longer needed.`),
    );
  }

  // deno-lint-ignore require-yield -- a store that cannot be listed
  async *list(): AsyncIterable<{ digest: Digest; size: number }> {
    await Promise.reject(new DmlError("request_invalid", "The master does not list its blobs."));
  }

  async #storeOf(digest: Digest): Promise<Pick<BlobStore, "stat" | "open" | "read">> {
    const { transient, transientStore, durableStore, models, programs } = this.#options;
    if (transient.has(digest)) return transientStore;
    if (programs?.has(digest)) return programs;
    await models.ensure(digest);
    return durableStore;
  }
}
