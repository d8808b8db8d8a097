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

/** As many as a `hello` may name. */
const CACHED_MAX = 1_024;

/** Where a model's files are kept, and where they come from. */
export interface ModelCacheOptions {
  /** Of this node. */
  readonly local: BlobStore;
  /** The master's. */
  readonly remote: Pick<BlobStore, "open">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  /** What keeps it under a limit; null: nothing. */
  readonly eviction?: CacheEviction;
}

/** How to fetch. */
export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Of all files that were missing together. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** A model's files, verified: the manifest and the model files by role. */
export interface ModelFiles {
  readonly manifest: Manifest;
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  /** What moved in place of files that were damaged. */
  readonly refetchedBytes: number;
}

/** The files of models on this node: each is fetched once, by digest, and stays for the next start. */
export class ModelCache {
  readonly #local: BlobStore;
  readonly #options: ModelCacheOptions;
  readonly #log: Log;

  constructor(options: ModelCacheOptions) {
    this.#local = options.local;
    this.#options = options;
    this.#log = options.log ?? SILENT_LOG;
  }

  /** The files of `offer` that are not here, each once. */
  async missing(offer: ModelOffer): Promise<BlobReference[]> {
    const missing = new Map<Digest, BlobReference>();
    for (const file of [offer.manifest, ...offer.files]) {
      if (await this.#local.stat(file.digest) !== file.size) missing.set(file.digest, file);
    }
    return [...missing.values()];
  }

  /**
   * Fetches what is missing of `offer`, going on where an earlier try broke off, and returns how many bytes moved.
   * Throws as `copyBlob` does.
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
   * The files of `offer`, each verified as it is read; one that was damaged since it came is logged and fetched again.
   * Throws `model_invalid` when the manifest is none, or names model files that were not offered.
   */
  async read(offer: ModelOffer, options: Pick<FetchOptions, "signal"> = {}): Promise<ModelFiles> {
    const { model } = offer;
    let refetchedBytes = 0;
    const sound = async (role: string, file: BlobReference) => {
      const { bytes, movedBytes } = await this.#readSound(file, { names: { model, role }, ...options });
      refetchedBytes += movedBytes;
      return bytes;
    };
    const manifest = decodeManifest(await sound("manifest", offer.manifest));
    const files = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const { role, digest, size } of manifest.files) {
      if (!offer.files.some((offered) => offered.digest === digest)) {
        throw new DmlError("model_invalid", `${offer.model} was offered without its model file ${role}.`);
      }
      files.set(role, await sound(role, { digest, size }));
    }
    return { manifest, files, refetchedBytes };
  }

  /** The manifests whose files are all here; a model that is offered with one of them moves no bytes. */
  async completeManifests(): Promise<Digest[]> {
    const complete: Digest[] = [];
    for await (const { digest, size } of this.#local.list()) {
      if (complete.length === CACHED_MAX) break;
      // What is longer is not read to find out whether it is one.
      if (size > LIMITS.manifestBytesMax) continue;
      const manifest = await this.#manifestIn(digest);
      if (manifest === null) continue;
      await this.#options.eviction?.found([digest, ...manifest.files.map((file) => file.digest)]);
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

  /** Null for a small model file, which is no manifest, and for a damaged file, which is none any more. */
  async #manifestIn(digest: Digest): Promise<Manifest | null> {
    try {
      return decodeManifest(await this.#local.read(digest));
    } catch (error) {
      if (!(error instanceof DmlError)) throw error;
      if (error.code === "blob_corrupt") this.#log.warn("A file is damaged on this disk; it is removed.", { digest });
      return null;
    }
  }

  /** `names` say whose file it is. */
  async #readSound(
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
      this.#log.warn("A file of a model is damaged on this disk; it is fetched again.", fields);
      const movedBytes = await this.#copy(file, options);
      return { bytes: await this.#local.read(digest), movedBytes };
    }
  }

  /** Where the disk is full before the limit is, what was not used for longest makes room too. */
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
