import { DmlError } from "../../../protocol/kernel/errors.ts";

/** The largest ratio of what a deflate stream holds to its own length. */
export const INFLATION_MAX = 1032;

/**
 * The bytes that are inflated at once, so that a crafted stream of a few kilobytes cannot fill the
 * memory in one step.
 */
const SLICE_BYTES = 16 * 1024;

/**
 * Inflates the zlib stream (RFC 1950) in `parts`, which follow one another. A consumer that has
 * enough just stops: the rest is not inflated. Throws `image_unreadable` if the stream is damaged
 * or cut short.
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
    // A DecompressionStream throws no other error.
    if (!(error instanceof TypeError)) throw error;
    const what = "The picture's compressed part is damaged or cut short.";
    throw new DmlError("image_unreadable", what, { cause: error });
  } finally {
    if (open) await reader.cancel();
  }
}

/** Inflates the first `length` bytes of `zlib`; throws `image_unreadable` if it holds fewer. */
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
