import type { Digest } from "../kernel/digest.ts";

/** A blob being read: its whole size, and the bytes from the offset asked for to the end. */
export interface BlobReading {
  readonly size: number;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** A blob being taken in; nothing is stored under its digest before `commit` has verified it. */
export interface BlobWriter {
  /** Bytes kept from an earlier reception that broke off: the source is to be read from here. */
  readonly offset: number;
  /** Appends. */
  write(chunk: Uint8Array): Promise<void>;
  /** Verifies size and digest and publishes. Throws `blob_corrupt` and keeps nothing when they do not match. */
  commit(): Promise<void>;
  /** Leaves off; what has arrived may be kept for a later reception. May be called after `commit`. */
  close(): Promise<void>;
}

/** Immutable bytes by digest. Adapters: memory, disk, HTTP. */
export interface BlobStore {
  /** The size in bytes, or null when it is not here. */
  stat(digest: Digest): Promise<number | null>;
  /** The bytes from `offset`. Throws `blob_not_found`. */
  open(
    digest: Digest,
    options?: { offset?: number; signal?: AbortSignal },
  ): Promise<BlobReading>;
  /** All bytes, verified. Throws `blob_not_found` or `blob_corrupt`. */
  read(
    digest: Digest,
    options?: { signal?: AbortSignal },
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Stores `bytes`, after checking that they hash to `digest` (`blob_corrupt`). Storing what is here already is cheap and right. */
  put(digest: Digest, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Begins or goes on with the reception of a blob of `size` bytes. One reception of a digest at a time. */
  receive(digest: Digest, size: number): Promise<BlobWriter>;
  /** True when it was here. */
  delete(digest: Digest): Promise<boolean>;
  /** What is here, in no order. */
  list(): AsyncIterable<{ digest: Digest; size: number }>;
}
