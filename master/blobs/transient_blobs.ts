import { blobCorrupt } from "../../protocol/blob/blob_errors.ts";
import type { MemoryBlobStore } from "../../protocol/blob/memory_blob_store.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Caller } from "../../protocol/security/credentials.ts";

/** Reasons to keep a blob. */
interface Retention {
  /** Number of tasks that use it. */
  holders: number;
  /** Time until which it is kept as a result; `null` if it is not a result. */
  keptUntilMs: number | null;
  /** Readers to whom an answer has named it as a result; `null` if none has. */
  shownTo: Set<Reader> | null;
}

/**
 * Reader of results by digest: the name of a token, or {@linkcode ADMIN_READER} for every admin,
 * who may also read what others may.
 */
export type Reader = string;

/** Every admin, as a reader. */
export const ADMIN_READER = "admin";

/** Returns the reader that a caller is; without credentials everything on this machine is an admin. */
export function readerOf(caller: Caller | null): Reader {
  return caller === null || caller.role === "admin" ? ADMIN_READER : caller.name;
}

export interface TransientBlobsOptions {
  readonly store: MemoryBlobStore;
  /** Maximum of the bytes that are held and those that are reserved, together. */
  readonly bytesMax: number;
  readonly resultKeptMs: number;
}

/**
 * Pictures in memory: those of tasks until the task is answered, annotated ones for a limited time.
 */
export class TransientBlobs {
  readonly #options: TransientBlobsOptions;
  readonly #store: MemoryBlobStore;
  /** Reasons to keep each blob; results are in the order in which they expire. */
  readonly #retentions = new Map<Digest, Retention>();
  #reservedBytes = 0;

  constructor(options: TransientBlobsOptions) {
    this.#options = options;
    this.#store = options.store;
  }

  has(digest: Digest): boolean {
    return this.#retentions.has(digest);
  }

  /**
   * Reserves room for `size` bytes that are about to arrive. Returns a function that ends the
   * reservation; call it once, when the bytes are held or will not come. Throws `queue_full`.
   */
  async reserve(size: number): Promise<() => void> {
    await this.#makeRoom(size);
    this.#reservedBytes += size;
    return () => {
      this.#reservedBytes -= size;
    };
  }

  /**
   * Returns the bytes that are held, not a copy, so they must not be changed; `null` if the blob is
   * not here.
   */
  view(digest: Digest): Uint8Array<ArrayBuffer> | null {
    return this.has(digest) ? this.#store.view(digest) : null;
  }

  /**
   * Holds `image` for one more task; call {@linkcode release} once that is answered. The caller
   * must not change `image` afterwards. Throws `queue_full`.
   */
  async hold(image: Uint8Array<ArrayBuffer>): Promise<Digest> {
    const digest = digestOf(image);
    if (!this.has(digest)) await this.#makeRoom(image.length);
    const retention = this.#retentionOf(digest);
    retention.holders++;
    try {
      this.#store.adopt(digest, image);
    } catch (error) {
      await this.release(digest);
      throw error;
    }
    return digest;
  }

  /** Holds a blob that is here already for one more task. Returns false if it is not here. */
  holdAgain(digest: Digest): boolean {
    const retention = this.#retentions.get(digest);
    if (retention !== undefined) retention.holders++;
    return retention !== undefined;
  }

  /** Ends the use of the blob by one task. */
  async release(digest: Digest): Promise<void> {
    const retention = this.#retentions.get(digest);
    invariant(retention !== undefined && retention.holders > 0, `nobody holds ${digest}`);
    retention.holders--;
    await this.#dropIfUnneeded(digest, retention);
  }

  /**
   * Stores `result` for a limited time; the caller must not change it afterwards. Throws
   * `blob_corrupt` or `queue_full`.
   */
  async put(digest: Digest, result: Uint8Array<ArrayBuffer>, nowMs: number): Promise<void> {
    if (digestOf(result) !== digest) throw blobCorrupt(digest);
    if (!this.has(digest)) await this.#makeRoom(result.length);
    this.#store.adopt(digest, result);
    this.keep(digest, nowMs);
  }

  /** Keeps the result for the full time from now on. */
  keep(digest: Digest, nowMs: number): void {
    const retention = this.#retentionOf(digest);
    retention.keptUntilMs = nowMs + this.#options.resultKeptMs;
    this.#retentions.delete(digest); // moves it to the end of the order
    this.#retentions.set(digest, retention);
  }

  /**
   * Lets callers read a result, which an answer to them has named, until it expires. Does nothing
   * if it is not here, or only as the picture of a task.
   */
  show(digest: Digest, reader: Reader): void {
    const retention = this.#retentions.get(digest);
    if (retention === undefined || retention.keptUntilMs === null) return;
    retention.shownTo ??= new Set();
    retention.shownTo.add(reader);
  }

  /** Returns true if `reader` may read the blob, because an answer has named it. */
  isShownTo(reader: Reader, digest: Digest): boolean {
    const retention = this.#retentions.get(digest);
    if (retention === undefined || retention.keptUntilMs === null) return false;
    return retention.shownTo !== null && (reader === ADMIN_READER || retention.shownTo.has(reader));
  }

  /** Drops the results that have expired. */
  async sweep(nowMs: number): Promise<void> {
    for (const [digest, retention] of [...this.#retentions]) {
      if (retention.keptUntilMs === null || retention.keptUntilMs > nowMs) continue;
      expire(retention);
      await this.#dropIfUnneeded(digest, retention);
    }
  }

  /**
   * Evicts results before they expire if their room is needed. Throws `queue_full` if that is not
   * enough.
   */
  async #makeRoom(size: number): Promise<void> {
    const fits = () => this.#store.bytes + this.#reservedBytes + size <= this.#options.bytesMax;
    if (fits()) return;
    for (const [digest, retention] of [...this.#retentions]) {
      if (retention.keptUntilMs === null || retention.holders > 0) continue;
      expire(retention);
      await this.#dropIfUnneeded(digest, retention);
      if (fits()) return;
    }
    throw new DmlError("queue_full", "The pictures that are waiting fill the master's memory.");
  }

  #retentionOf(digest: Digest): Retention {
    const known = this.#retentions.get(digest);
    if (known !== undefined) return known;
    const retention: Retention = { holders: 0, keptUntilMs: null, shownTo: null };
    this.#retentions.set(digest, retention);
    return retention;
  }

  async #dropIfUnneeded(digest: Digest, retention: Retention): Promise<void> {
    if (retention.holders > 0 || retention.keptUntilMs !== null) return;
    this.#retentions.delete(digest);
    await this.#store.delete(digest);
  }
}

/** Ends the time of a result; as the picture of a task it may be needed still. */
function expire(retention: Retention): void {
  retention.keptUntilMs = null;
  retention.shownTo = null;
}
