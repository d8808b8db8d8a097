import type { Digest } from "../kernel/digest.ts";

/**
 * A blob being read: its whole size, and the bytes from the offset asked for to the end. The stream is one of bytes (it can be
 * read into the reader's own buffers); read it to its end or cancel it. It fails, or ends short, when the source breaks off.
 */
export interface BlobReading {
  readonly size: number;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** A blob being taken in; nothing is stored under its digest before `commit` has verified it. */
export interface BlobWriter {
  /** Bytes kept from an earlier reception that broke off: the source is to be read from here. */
  readonly offset: number;
  /** Appends. `chunk` belongs to the writer until the promise resolves; one call at a time. */
  write(chunk: Uint8Array): Promise<void>;
  /** Verifies size and digest and publishes. Throws `blob_corrupt` and keeps nothing when they do not match. */
  commit(): Promise<void>;
  /** Leaves off; what has arrived may be kept for a later reception. May be called after `commit`. */
  close(): Promise<void>;
}

/** Where bytes can be looked at without being copied. */
export interface BlobsInView {
  /** The bytes as they are held, for whoever changes nothing in them; null when they are not here, or not in memory. */
  view(digest: Digest): Uint8Array<ArrayBuffer> | null;
}

/** Immutable bytes by digest. Adapters: memory, disk, HTTP. */
export interface BlobStore {
  /** The size in bytes, or null when it is not here. */
  stat(digest: Digest): Promise<number | null>;
  /**
   * The bytes from `offset`, which may be the size. An aborted `signal` also ends a stream that waits for the network.
   * Throws `blob_not_found`; `request_invalid` for an offset past the end.
   */
  open(
    digest: Digest,
    options?: { offset?: number; signal?: AbortSignal },
  ): Promise<BlobReading>;
  /** All bytes, verified. Throws `blob_not_found` or `blob_corrupt`. */
  read(
    digest: Digest,
    options?: { signal?: AbortSignal },
  ): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Stores `bytes`, after checking that they hash to `digest` (`blob_corrupt`). Storing what is here already is cheap and right.
   * An aborted `signal` ends what waits for the network.
   */
  put(digest: Digest, bytes: Uint8Array<ArrayBuffer>, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Begins or goes on with the reception of a blob of `size` bytes. One reception of a digest at a time.
   * Throws `queue_full` or `disk_full`, as `write` may.
   */
  receive(digest: Digest, size: number): Promise<BlobWriter>;
  /** True when it was here. Throws `request_invalid` where blobs cannot be deleted from afar. */
  delete(digest: Digest): Promise<boolean>;
  /** What is here, in no order. Throws `request_invalid` where it cannot be known from afar. */
  list(): AsyncIterable<{ digest: Digest; size: number }>;
}
