import { invariant } from "./invariant.ts";

/**
 * Chunk size for readers that do not bring a buffer of their own. Each read switches threads, so
 * small chunks make a large blob slow.
 */
const CHUNK_BYTES = 256 * 1024;

/** Source of the bytes of a stream, such as an open file. */
export interface ByteSource {
  /**
   * Reads at least one byte into `buffer` and returns the number of bytes read, or `null` at the
   * end.
   */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  /** Releases the source. Called once: at the end, after a failure, or when the reader cancels. */
  close(): void;
}

/** Returns a stream of copies of `bytes`, which can be read into buffers of the reader. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let position = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (position === bytes.length) {
        controller.close();
        controller.byobRequest?.respond(0);
        return;
      }
      const chunk = bytes.slice(position, position + CHUNK_BYTES);
      position += chunk.length;
      controller.enqueue(chunk);
    },
  });
}

/**
 * Returns a stream of all bytes of `source`, which can be read into buffers of the reader. Reads
 * from the source only on demand.
 */
export function streamFrom(source: ByteSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    source.close();
  };
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: CHUNK_BYTES,
    async pull(controller) {
      const request = controller.byobRequest;
      invariant(request?.view, "there is a buffer for every read");
      let count: number | null = null;
      try {
        count = await source.read(request.view);
      } finally {
        if (count === null) close();
      }
      if (count === null) controller.close();
      request.respond(count ?? 0);
    },
    cancel: close,
  });
}
