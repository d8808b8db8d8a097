import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { type CachedFile, evictionFor, leastRecentlyUsed } from "../core/cache_policy.ts";
import type { UseTimes } from "./use_times.ts";

export interface CacheEvictionOptions {
  readonly store: BlobStore;
  /** Limit of all model files together, in bytes; 0 for no limit. */
  readonly bytesMax: number;
  readonly times: UseTimes;
  readonly clock: Clock;
  /** Returns the files of the models on this node, which are never evicted. */
  readonly inUse: () => Iterable<Digest>;
}

/**
 * Keeps the model files on this node under a limit. It knows only files that were fetched, used or
 * found as model files; other files in the store are never deleted.
 */
export class CacheEviction {
  readonly #options: CacheEvictionOptions;
  #times: Promise<Map<Digest, number>> | null = null;

  constructor(options: CacheEvictionOptions) {
    this.#options = options;
  }

  /** Registers model files whose last use is not known. */
  async register(digests: Iterable<Digest>): Promise<void> {
    const times = await this.#load();
    for (const digest of digests) if (!times.has(digest)) times.set(digest, 0);
  }

  /** Records that the files are used now. */
  async touch(digests: Iterable<Digest>): Promise<void> {
    const times = await this.#load();
    const nowMs = this.#options.clock.wallMs();
    for (const digest of digests) times.set(digest, nowMs);
    await this.#options.times.save(times);
  }

  /**
   * Evicts files until `neededBytes` more fit under the limit. Throws `disk_full`, without deleting
   * anything, if that is impossible.
   */
  async makeRoom(what: string, neededBytes: number): Promise<void> {
    const { bytesMax } = this.#options;
    if (bytesMax === 0) return;
    const files = await this.#files();
    const { evict, shortBytes } = evictionFor(files, { bytesMax, neededBytes, inUse: this.#inUse() });
    if (shortBytes > 0) {
      throw new DmlError(
        "disk_full",
        `${what} needs ${neededBytes} more bytes; ${shortBytes} of them do not fit under the limit of ${bytesMax} beside the files in use.`,
        { advice: "Raise the node's limit with --cache-bytes, or retire models." },
      );
    }
    for (const file of evict) await this.#delete(file);
  }

  /**
   * Evicts one file because the disk is full before the limit is reached. Returns false if there is
   * none to evict.
   */
  async evictOne(): Promise<boolean> {
    const file = leastRecentlyUsed(await this.#files(), this.#inUse());
    if (file === undefined) return false;
    await this.#delete(file);
    return true;
  }

  /** Evicts every file that no model on this node needs, and returns how much that was. */
  async evictUnused(): Promise<{ files: number; bytes: number }> {
    const inUse = this.#inUse();
    const unused = (await this.#files()).filter(({ digest }) => !inUse.has(digest));
    for (const file of unused) await this.#delete(file);
    await this.#options.times.save(await this.#load());
    return { files: unused.length, bytes: unused.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Returns the number and size of the model files on this node, and their limit. */
  async usage(): Promise<{ files: number; bytes: number; bytesMax: number }> {
    const files = await this.#files();
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    return { files: files.length, bytes, bytesMax: this.#options.bytesMax };
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
