import { blobNotFound } from "../../protocol/blob/blob_errors.ts";
import type { ReadableStore } from "../../protocol/http/blob_routes.ts";
import type { BlobReading, BlobsInView, BlobStore, BlobWriter } from "../../protocol/ports/blob_store.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { ProgramFiles } from "../programs/program_files.ts";
import type { ModelStore } from "../models/model_store.ts";
import type { Reader, TransientBlobs } from "./transient_blobs.ts";

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

  /** Lets callers of a role read a result that an answer to them has named, until it expires. */
  show(digest: Digest, reader: Reader): void {
    this.#options.transient.show(digest, reader);
  }

  /**
   * Returns the blobs that `reader` may read by digest: results that an answer to that role has
   * named. All others look as if they were not here.
   */
  shownTo(reader: Reader): ReadableStore {
    const { transient, transientStore } = this.#options;
    const checked = (digest: Digest) => {
      if (!transient.isShownTo(reader, digest)) throw blobNotFound(digest);
      return digest;
    };
    return {
      view: (digest) => transient.isShownTo(reader, digest) ? transient.view(digest) : null,
      stat: async (digest) => transient.isShownTo(reader, digest) ? await transientStore.stat(digest) : null,
      open: async (digest, options) => await transientStore.open(checked(digest), options),
      read: async (digest, options) => await transientStore.read(checked(digest), options),
    };
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
