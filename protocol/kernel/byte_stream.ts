import { invariant } from "./invariant.ts";

/** Of what a reader takes that brings no buffer of its own. Each turn changes threads: smaller steps make a large blob slow. */
const CHUNK_BYTES = 256 * 1024;

/** Where the bytes of a stream come from; an open file is one. */
export interface ByteSource {
  /** Puts at least one byte into `buffer` and says how many; null at the end. */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  /** Called once: at the end, after a failure, or when nobody wants the rest. */
  close(): void;
}

/** A stream of copies of `bytes`; it can be read into the reader's own buffers. */
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

/** A stream of all that `source` has; it can be read into the reader's own buffers. Nothing is read before it is asked for. */
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
