import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { type CachedFile, evictionFor, leastRecentlyUsed } from "../core/cache_policy.ts";
import type { UseTimes } from "./use_times.ts";

/** What a {@linkcode CacheEviction} works with. */
export interface CacheEvictionOptions {
  readonly store: BlobStore;
  /** Of all files of models together; 0: no limit. */
  readonly bytesMax: number;
  readonly times: UseTimes;
  readonly clock: Clock;
  /** Files of models in hand: they stay, whatever happens. */
  readonly inUse: () => Iterable<Digest>;
}

/**
 * Keeps the files of models on this node under a limit. It knows those that were fetched, used or found as such; of
 * anything else in the store it knows nothing and deletes nothing.
 */
export class CacheEviction {
  readonly #options: CacheEvictionOptions;
  #times: Promise<Map<Digest, number>> | null = null;

  constructor(options: CacheEvictionOptions) {
    this.#options = options;
  }

  /** They are files of a model, used at some time or other. */
  async found(digests: Iterable<Digest>): Promise<void> {
    const times = await this.#load();
    for (const digest of digests) if (!times.has(digest)) times.set(digest, 0);
  }

  /** They are used now. */
  async touch(digests: Iterable<Digest>): Promise<void> {
    const times = await this.#load();
    const nowMs = this.#options.clock.wallMs();
    for (const digest of digests) times.set(digest, nowMs);
    await this.#options.times.save(times);
  }

  /** Deletes what it takes for `neededBytes` more. Throws `disk_full`, deleting nothing, when that is not to be had. */
  async makeRoom(what: string, neededBytes: number): Promise<void> {
    const { bytesMax } = this.#options;
    if (bytesMax === 0) return;
    const files = await this.#files();
    const { evict, shortBytes } = evictionFor(files, { bytesMax, neededBytes, inUse: this.#inUse() });
    if (shortBytes > 0) {
      throw new DmlError(
        "disk_full",
        `${what} needs ${neededBytes} bytes more; ${shortBytes} of them do not fit beside what is in use, under the limit of ${bytesMax}.`,
        { advice: "Allow the node more with --cache-bytes, or retire models." },
      );
    }
    for (const file of evict) await this.#delete(file);
  }

  /** The disk is full although the limit is not: deletes the file that goes first; false when there is none. */
  async evictOne(): Promise<boolean> {
    const file = leastRecentlyUsed(await this.#files(), this.#inUse());
    if (file === undefined) return false;
    await this.#delete(file);
    return true;
  }

  #inUse(): Set<Digest> {
    return new Set(this.#options.inUse());
  }

  async #delete({ digest }: CachedFile): Promise<void> {
    await this.#options.store.delete(digest);
    (await this.#load()).delete(digest);
  }

  async #files(): Promise<CachedFile[]> {
    const files: CachedFile[] = [];
    for (const [digest, usedAtMs] of await this.#load()) {
      const size = await this.#options.store.stat(digest);
      if (size !== null) files.push({ digest, size, usedAtMs });
    }
    return files;
  }

  #load(): Promise<Map<Digest, number>> {
    return this.#times ??= this.#options.times.load();
  }
}
