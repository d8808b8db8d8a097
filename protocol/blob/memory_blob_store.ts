import { type Digest, digestOf } from "../kernel/digest.ts";
import { DmlError } from "../kernel/errors.ts";
import { invariant } from "../kernel/invariant.ts";
import type { BlobReading, BlobStore, BlobWriter } from "../ports/blob_store.ts";
import { blobCorrupt, blobNotFound, offsetPastEnd } from "./blob_errors.ts";
import { streamOf } from "../kernel/byte_stream.ts";

/** A running or interrupted reception. Memory for its whole size is reserved. */
interface Part {
  readonly bytes: Uint8Array<ArrayBuffer>;
  filled: number;
  busy: boolean;
}

/** Blobs in memory, at most `bytesMax` bytes of them. Bytes are copied on the way in and out. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<Digest, Uint8Array<ArrayBuffer>>();
  readonly #parts = new Map<Digest, Part>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(options: { bytesMax?: number } = {}) {
    this.#bytesMax = options.bytesMax ?? Infinity;
  }

  /** Number of bytes held now. Unfinished receptions count with their full size. */
  get bytes(): number {
    return this.#bytes;
  }

  stat(digest: Digest): Promise<number | null> {
    return Promise.resolve(this.#blobs.get(digest)?.length ?? null);
  }

  open(digest: Digest, options: { offset?: number } = {}): Promise<BlobReading> {
    const { offset = 0 } = options;
    const blob = this.#blobs.get(digest);
    if (blob === undefined) return Promise.reject(blobNotFound(digest));
    if (offset > blob.length) {
      return Promise.reject(offsetPastEnd(digest, { offset, size: blob.length }));
    }
    return Promise.resolve({ size: blob.length, stream: streamOf(blob.subarray(offset)) });
  }

  read(digest: Digest): Promise<Uint8Array<ArrayBuffer>> {
    const blob = this.#blobs.get(digest);
    return blob ? Promise.resolve(blob.slice()) : Promise.reject(blobNotFound(digest));
  }

  /**
   * Returns the stored bytes themselves, which the caller must not change, or `null` if they are
   * not here.
   */
  view(digest: Digest): Uint8Array<ArrayBuffer> | null {
    return this.#blobs.get(digest) ?? null;
  }

  /** Stores a copy of `bytes`. Throws `queue_full` if it would hold more than `bytesMax`. */
  // deno-lint-ignore require-await -- so that errors become rejections
  async put(digest: Digest, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (digestOf(bytes) !== digest) throw blobCorrupt(digest);
    if (!this.#blobs.has(digest)) this.adopt(digest, bytes.slice());
  }

  /**
   * Stores `bytes` themselves, without hashing or copying them. The caller knows that they hash to
   * `digest`, and must not change them afterwards. Throws `queue_full` if it would hold more than
   * `bytesMax`.
   */
  adopt(digest: Digest, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#blobs.has(digest)) return;
    this.#reserve(bytes.length);
    this.#blobs.set(digest, bytes);
  }

  /** Starts or resumes a reception. Throws `queue_full` if it would hold more than `bytesMax`. */
  // deno-lint-ignore require-await -- so that errors become rejections
  async receive(digest: Digest, size: number): Promise<BlobWriter> {
    const part = this.#partFor(digest, size);
    part.busy = true;
    const publish = () => this.#publish(digest, part);
    const drop = () => this.#drop(digest, part);
    return {
      offset: part.filled,
      // deno-lint-ignore require-await -- so that errors become rejections
      async write(chunk) {
        if (part.filled + chunk.length > size) {
          drop();
          throw blobCorrupt(digest);
        }
        part.bytes.set(chunk, part.filled);
        part.filled += chunk.length;
      },
      // deno-lint-ignore require-await -- so that errors become rejections
      async commit() {
        publish();
      },
      close() {
        part.busy = false;
        return Promise.resolve();
      },
    };
  }

  delete(digest: Digest): Promise<boolean> {
    const blob = this.#blobs.get(digest);
    if (blob !== undefined) this.#bytes -= blob.length;
    return Promise.resolve(this.#blobs.delete(digest));
  }

  async *list(): AsyncIterable<{ digest: Digest; size: number }> {
    for (const [digest, blob] of this.#blobs) yield { digest, size: blob.length };
  }

  #partFor(digest: Digest, size: number): Part {
    const kept = this.#parts.get(digest);
    invariant(!kept?.busy, `${digest} is already being received`);
    if (kept?.bytes.length === size) return kept;
    if (kept !== undefined) this.#drop(digest, kept);
    this.#reserve(size);
    const part: Part = { bytes: new Uint8Array(size), filled: 0, busy: false };
    this.#parts.set(digest, part);
    return part;
  }

  #publish(digest: Digest, part: Part): void {
    invariant(this.#parts.get(digest) === part, `the reception of ${digest} is over`);
    this.#drop(digest, part);
    if (part.filled !== part.bytes.length || digestOf(part.bytes) !== digest) {
      throw blobCorrupt(digest);
    }
    if (this.#blobs.has(digest)) return;
    this.#bytes += part.bytes.length;
    this.#blobs.set(digest, part.bytes);
  }

  #reserve(size: number): void {
    for (const [digest, part] of this.#parts) {
      if (this.#bytes + size <= this.#bytesMax) break;
      if (!part.busy) this.#drop(digest, part);
    }
    if (this.#bytes + size > this.#bytesMax) {
      throw new DmlError("queue_full", `There is no room for ${size} bytes beside the ${this.#bytes} that are held.`);
    }
    this.#bytes += size;
  }

  #drop(digest: Digest, part: Part): void {
    this.#parts.delete(digest);
    this.#bytes -= part.bytes.length;
  }
}
