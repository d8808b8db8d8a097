import { blobCorrupt } from "../../protocol/blob/blob_errors.ts";
import type { MemoryBlobStore } from "../../protocol/blob/memory_blob_store.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";

/** Why a blob is still here. */
interface Stay {
  /** Tasks that look at it. */
  holders: number;
  /** As a result, until then; null when it is none. */
  keptUntilMs: number | null;
}

/** What a {@linkcode TransientBlobs} works with. */
export interface TransientBlobsOptions {
  readonly store: MemoryBlobStore;
  /** Of everything held, and everything that was promised room. */
  readonly bytesMax: number;
  readonly resultKeptMs: number;
}

/** Pictures in memory: those of running tasks until they are answered, annotated ones until they were fetched in time. */
export class TransientBlobs {
  readonly #options: TransientBlobsOptions;
  readonly #store: MemoryBlobStore;
  /** Results in the order in which they run out. */
  readonly #stays = new Map<Digest, Stay>();
  #promisedBytes = 0;

  constructor(options: TransientBlobsOptions) {
    this.#options = options;
    this.#store = options.store;
  }

  /** Whether the blob is here. */
  has(digest: Digest): boolean {
    return this.#stays.has(digest);
  }

  /**
   * Promises room for `size` bytes that are about to arrive. Returns what takes the promise back; call it once, when they
   * are held or will not come. Throws `queue_full`.
   */
  async promise(size: number): Promise<() => void> {
    await this.#makeRoom(size);
    this.#promisedBytes += size;
    return () => {
      this.#promisedBytes -= size;
    };
  }

  /** The blob as it is held, which nobody may change; null when it is not here. */
  view(digest: Digest): Uint8Array<ArrayBuffer> | null {
    return this.has(digest) ? this.#store.view(digest) : null;
  }

  /**
   * Keeps `image`, which the caller leaves alone from now on, for one more task; {@linkcode release} it when that is answered.
   * Throws `queue_full`.
   */
  async hold(image: Uint8Array<ArrayBuffer>): Promise<Digest> {
    const digest = digestOf(image);
    if (!this.has(digest)) await this.#makeRoom(image.length);
    const stay = this.#stayOf(digest);
    stay.holders++;
    try {
      this.#store.adopt(digest, image);
    } catch (error) {
      await this.release(digest);
      throw error;
    }
    return digest;
  }

  /** Keeps what is here already for one more task; false when it is not here. */
  holdAgain(digest: Digest): boolean {
    const stay = this.#stays.get(digest);
    if (stay !== undefined) stay.holders++;
    return stay !== undefined;
  }

  /** One task less looks at it. */
  async release(digest: Digest): Promise<void> {
    const stay = this.#stays.get(digest);
    invariant(stay !== undefined && stay.holders > 0, `nobody holds ${digest}`);
    stay.holders--;
    await this.#dropIfUnneeded(digest, stay);
  }

  /** Keeps `result`, which the caller leaves alone from now on, for a while. Throws `blob_corrupt` or `queue_full`. */
  async put(digest: Digest, result: Uint8Array<ArrayBuffer>, nowMs: number): Promise<void> {
    if (digestOf(result) !== digest) throw blobCorrupt(digest);
    if (!this.has(digest)) await this.#makeRoom(result.length);
    this.#store.adopt(digest, result);
    this.keep(digest, nowMs);
  }

  /** Keeps the result for the full time from now on. */
  keep(digest: Digest, nowMs: number): void {
    const stay = this.#stayOf(digest);
    stay.keptUntilMs = nowMs + this.#options.resultKeptMs;
    this.#stays.delete(digest); // to the end of the order
    this.#stays.set(digest, stay);
  }

  /** Forgets results whose time is over. */
  async sweep(nowMs: number): Promise<void> {
    for (const [digest, stay] of [...this.#stays]) {
      if (stay.keptUntilMs === null || stay.keptUntilMs > nowMs) continue;
      stay.keptUntilMs = null;
      await this.#dropIfUnneeded(digest, stay);
    }
  }

  /** Results go before their time when pictures need the room. */
  async #makeRoom(size: number): Promise<void> {
    const fits = () => this.#store.bytes + this.#promisedBytes + size <= this.#options.bytesMax;
    if (fits()) return;
    for (const [digest, stay] of [...this.#stays]) {
      if (stay.keptUntilMs === null || stay.holders > 0) continue;
      stay.keptUntilMs = null;
      await this.#dropIfUnneeded(digest, stay);
      if (fits()) return;
    }
    throw new DmlError("queue_full", "The pictures that wait already fill the master's memory.");
  }

  #stayOf(digest: Digest): Stay {
    const known = this.#stays.get(digest);
    if (known !== undefined) return known;
    const stay: Stay = { holders: 0, keptUntilMs: null };
    this.#stays.set(digest, stay);
    return stay;
  }

  async #dropIfUnneeded(digest: Digest, stay: Stay): Promise<void> {
    if (stay.holders > 0 || stay.keptUntilMs !== null) return;
    this.#stays.delete(digest);
    await this.#store.delete(digest);
  }
}
