import { decodeManifest, type Manifest } from "../../models/manifest.ts";
import type { CacheEviction } from "./cache_eviction.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { copyBlob } from "../../protocol/blob/copy_blob.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { type Log, SILENT_LOG } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { ModelOffer } from "../../protocol/messages/model.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";

/** Maximum number of cached models that a `hello` may list. */
const CACHED_MAX = 1_024;

export interface ModelCacheOptions {
  /** The blob store of this node. */
  readonly local: BlobStore;
  /** The blob store of the master. */
  readonly remote: Pick<BlobStore, "open">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  /** Keeps the cache under its limit; absent if there is no limit. */
  readonly eviction?: CacheEviction;
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Called with the progress of all missing files together. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** A model read from the cache: its manifest, and its verified model files by role. */
export interface CachedModel {
  readonly manifest: Manifest;
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  /** Bytes that were fetched again to replace damaged files. */
  readonly refetchedBytes: number;
}

/**
 * The model files of this node: each is fetched once, by its digest, and kept for the next start.
 */
export class ModelCache {
  readonly #local: BlobStore;
  readonly #options: ModelCacheOptions;
  readonly #log: Log;

  constructor(options: ModelCacheOptions) {
    this.#local = options.local;
    this.#options = options;
    this.#log = options.log ?? SILENT_LOG;
  }

  /** Returns the files of `offer` that are not on this node, each once. */
  async missing(offer: ModelOffer): Promise<BlobReference[]> {
    const missing = new Map<Digest, BlobReference>();
    for (const file of [offer.manifest, ...offer.files]) {
      if (await this.#local.stat(file.digest) !== file.size) missing.set(file.digest, file);
    }
    return [...missing.values()];
  }

  /**
   * Fetches the missing files of `offer`, resuming interrupted downloads, and returns the number of
   * bytes fetched. Throws `disk_full` if they cannot fit under the limit, and the errors of
   * `copyBlob`.
   */
  async fetch(offer: ModelOffer, options: FetchOptions = {}): Promise<number> {
    const missing = await this.missing(offer);
    const totalBytes = missing.reduce((sum, { size }) => sum + size, 0);
    await this.#options.eviction?.makeRoom(offer.model, totalBytes);
    let movedBytes = 0;
    let beforeBytes = 0;
    for (const file of missing) {
      const onProgress = (doneBytes: number) => options.onProgress?.(beforeBytes + doneBytes, totalBytes);
      movedBytes += await this.#copyMakingRoom(file, { ...options, onProgress });
      beforeBytes += file.size;
    }
    await this.#options.eviction?.touch([offer.manifest, ...offer.files].map(({ digest }) => digest));
    return movedBytes;
  }

  /**
   * Reads the files of `offer` and verifies each. A file that is damaged or missing on disk is
   * logged and fetched again. Throws `model_invalid` if the manifest is invalid or names model
   * files that were not offered, and the errors of `copyBlob`.
   */
  async read(offer: ModelOffer, options: Pick<FetchOptions, "signal"> = {}): Promise<CachedModel> {
    const { model } = offer;
    let refetchedBytes = 0;
    const readFile = async (role: string, file: BlobReference) => {
      const { bytes, movedBytes } = await this.#readOrFetch(file, { names: { model, role }, ...options });
      refetchedBytes += movedBytes;
      return bytes;
    };
    const manifest = decodeManifest(await readFile("manifest", offer.manifest));
    const files = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const { role, digest, size } of manifest.files) {
      if (!offer.files.some((offered) => offered.digest === digest)) {
        throw new DmlError("model_invalid", `${offer.model} was offered without its model file ${role}.`);
      }
      files.set(role, await readFile(role, { digest, size }));
    }
    return { manifest, files, refetchedBytes };
  }

  /**
   * Returns the manifests whose files are all on this node; an offer of such a model needs no
   * download.
   */
  async completeManifests(): Promise<Digest[]> {
    const complete: Digest[] = [];
    for await (const { digest, size } of this.#local.list()) {
      if (complete.length === CACHED_MAX) break;
      // A longer file cannot be a manifest and is not read.
      if (size > LIMITS.manifestBytesMax) continue;
      const manifest = await this.#manifestIn(digest);
      if (manifest === null) continue;
      await this.#options.eviction?.register([digest, ...manifest.files.map((file) => file.digest)]);
      if (await this.#hasAll(manifest.files)) complete.push(digest);
    }
    return complete;
  }

  async #hasAll(files: readonly BlobReference[]): Promise<boolean> {
    for (const { digest, size } of files) {
      if (await this.#local.stat(digest) !== size) return false;
    }
    return true;
  }

  /**
   * Returns the manifest stored under `digest`; `null` if that file is a small model file or is
   * damaged.
   */
  async #manifestIn(digest: Digest): Promise<Manifest | null> {
    try {
      return decodeManifest(await this.#local.read(digest));
    } catch (error) {
      if (!(error instanceof DmlError)) throw error;
      if (error.code === "blob_corrupt") this.#log.warn("A file on this disk is damaged and was removed.", { digest });
      return null;
    }
  }

  /**
   * Reads a file, and fetches it again if it is damaged or missing. `names` identifies it in the
   * log.
   */
  async #readOrFetch(
    file: BlobReference,
    { names, ...options }: Pick<FetchOptions, "signal"> & { names: { model: string; role: string } },
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; movedBytes: number }> {
    const { digest } = file;
    try {
      return { bytes: await this.#local.read(digest), movedBytes: 0 };
    } catch (error) {
      const isGone = error instanceof DmlError && ["blob_corrupt", "blob_not_found"].includes(error.code);
      if (!isGone) throw error;
      const fields = { ...names, digest, reason: error.message };
      this.#log.warn("A model file on this disk is damaged or missing; it is fetched again.", fields);
      const movedBytes = await this.#copy(file, options);
      return { bytes: await this.#local.read(digest), movedBytes };
    }
  }

  /**
   * Copies a file. If the disk is full before the limit is reached, evicts least recently used
   * files and tries again.
   */
  async #copyMakingRoom(file: BlobReference, options: FetchOptions): Promise<number> {
    for (;;) {
      try {
        return await this.#copy(file, options);
      } catch (error) {
        const isFull = error instanceof DmlError && error.code === "disk_full";
        if (!isFull || !await this.#options.eviction?.evictOne()) throw error;
      }
    }
  }

  #copy(file: BlobReference, options: FetchOptions): Promise<number> {
    const { local: to, remote: from, clock, random } = this.#options;
    return copyBlob(file.digest, { from, to, size: file.size, clock, random, ...options });
  }
}
