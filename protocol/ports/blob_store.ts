import type { Digest } from "../kernel/digest.ts";

/**
 * A blob being read: its whole size, and a stream of the bytes from the requested offset to the
 * end. It is a byte stream, which can be read into buffers of the reader; it must be read to its
 * end or cancelled. It fails, or ends early, if the source is interrupted.
 */
export interface BlobReading {
  readonly size: number;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** A blob being received. Nothing is stored under its digest until `commit` has verified it. */
export interface BlobWriter {
  /**
   * Number of bytes kept from an earlier, interrupted reception. The source must be read from this
   * offset.
   */
  readonly offset: number;
  /**
   * Appends `chunk`, which belongs to the writer until the promise resolves. Only one call may run
   * at a time.
   */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Verifies size and digest and stores the blob. Throws `blob_corrupt` and keeps nothing if they
   * do not match.
   */
  commit(): Promise<void>;
  /**
   * Ends the reception. Bytes received so far may be kept for a later one. May be called after
   * `commit`.
   */
  close(): Promise<void>;
}

/** A store whose blobs can be viewed in memory without a copy. */
export interface BlobsInView {
  /**
   * Returns the stored bytes themselves, which the caller must not change, or `null` if they are
   * not here or not in memory.
   */
  view(digest: Digest): Uint8Array<ArrayBuffer> | null;
}

/** Store of immutable bytes by digest. Adapters: memory, disk, HTTP. */
export interface BlobStore {
  /** Returns the size of the blob in bytes, or `null` if it is not here. */
  stat(digest: Digest): Promise<number | null>;
  /**
   * Opens the blob at `offset`, which may equal the size. An aborted `signal` also ends a stream
   * that waits for the network. Throws `blob_not_found`, or `request_invalid` if the offset is past
   * the end.
   */
  open(
    digest: Digest,
    options?: { offset?: number; signal?: AbortSignal },
  ): Promise<BlobReading>;
  /**
   * Returns all bytes, verified. Throws `blob_not_found`, or `blob_corrupt` for a damaged blob,
   * which is not here any more afterwards if this store can delete.
   */
  read(
    digest: Digest,
    options?: { signal?: AbortSignal },
  ): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Stores `bytes`. Throws `blob_corrupt` if they do not hash to `digest`. Storing a blob that is
   * already here is allowed and cheap. An aborted `signal` stops waiting for the network.
   */
  put(digest: Digest, bytes: Uint8Array<ArrayBuffer>, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Starts or resumes the reception of a blob of `size` bytes. Only one reception of a digest may
   * run at a time. Throws `queue_full` or `disk_full`, as `write` may.
   */
  receive(digest: Digest, size: number): Promise<BlobWriter>;
  /**
   * Deletes the blob. Returns true if it was here. Throws `request_invalid` if blobs of this store
   * cannot be deleted remotely.
   */
  delete(digest: Digest): Promise<boolean>;
  /**
   * Lists all blobs, in no particular order. Throws `request_invalid` if blobs of this store cannot
   * be listed remotely.
   */
  list(): AsyncIterable<{ digest: Digest; size: number }>;
}
