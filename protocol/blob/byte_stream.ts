const CHUNK_BYTES = 256 * 1024;

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
