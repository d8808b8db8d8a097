import { DmlError } from "../../../protocol/kernel/errors.ts";

/** No deflate stream holds more than this many times its own length. */
export const INFLATION_MAX = 1032;

/** What is inflated at once, so that a crafted stream of a few kilobytes cannot fill the memory in one step. */
const SLICE_BYTES = 16 * 1024;

/**
 * Yields what the zlib stream (RFC 1950) in `parts`, one after the other, holds. A consumer that has enough just stops:
 * the rest is not inflated. Throws `image_unreadable` when the stream is damaged or cut short.
 */
export async function* inflate(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const reader = ReadableStream.from(slices(parts))
    .pipeThrough(new DecompressionStream("deflate"))
    .getReader();
  let open = true;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) open = false;
      if (done) return;
      yield value;
    }
  } catch (error) {
    open = false;
    // The only error of a DecompressionStream.
    if (!(error instanceof TypeError)) throw error;
    const what = "The picture's compressed part is damaged or cut short.";
    throw new DmlError("image_unreadable", what, { cause: error });
  } finally {
    if (open) await reader.cancel();
  }
}

/** All of `zlib`, which must hold at least `length` bytes; throws `image_unreadable` when it holds fewer. */
export async function inflateExactly(zlib: Uint8Array, length: number): Promise<Uint8Array> {
  const target = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of inflate([zlib])) {
    const part = chunk.subarray(0, length - filled);
    target.set(part, filled);
    filled += part.length;
    if (filled === length) return target;
  }
  throw new DmlError("image_unreadable", "The picture is cut short.");
}

function* slices(parts: readonly Uint8Array[]): Generator<Uint8Array<ArrayBuffer>> {
  for (const part of parts) {
    for (let start = 0; start < part.length; start += SLICE_BYTES) {
      yield part.slice(start, start + SLICE_BYTES);
    }
  }
}
