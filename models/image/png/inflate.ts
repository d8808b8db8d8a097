import { DmlError } from "../../../protocol/kernel/errors.ts";
import { Adler32 } from "../adler32.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The largest ratio of what a deflate stream holds to its own length. */
export const INFLATION_MAX = 1032;

/**
 * The bytes that are inflated at once, so that a crafted stream of a few kilobytes cannot fill the
 * memory in one step.
 */
const SLICE_BYTES = 16 * 1024;

/**
 * Inflates the zlib stream (RFC 1950) in `parts`, which follow one another. A consumer that has
 * enough just stops: the rest is not inflated. Bytes after the end of the stream are ignored, after
 * `onPadding` was called. Throws `image_unreadable` if the stream is damaged or cut short.
 */
export async function* inflate(
  parts: readonly Uint8Array[],
  { onPadding = () => {} }: { onPadding?: () => void } = {},
): AsyncGenerator<Uint8Array> {
  const progress = { accepted: 0 };
  let length = 0;
  try {
    for await (const chunk of decompress(slices(parts), progress)) {
      length += chunk.length;
      yield chunk;
    }
  } catch (error) {
    // A DecompressionStream throws no other error.
    if (!(error instanceof TypeError)) throw error;
    yield* inflatePadded(parts, { length, sound: progress.accepted });
    onPadding();
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

/**
 * Inflates a stream again that failed after its first `sound` bytes, and yields the output after
 * its first `length` bytes. A DecompressionStream fails in the same way for bytes after the end of
 * the stream and for damage, and loses the remaining output of the slice with these bytes. If that
 * slice is passed byte by byte, nothing is lost, and the failure comes after the checksum if only
 * padding follows. Nothing is yielded before the checksum has been verified; that buffers the
 * output of one slice, at most 17 MB.
 */
async function* inflatePadded(
  parts: readonly Uint8Array[],
  { length, sound }: { length: number; sound: number },
): AsyncGenerator<Uint8Array> {
  const progress = { accepted: 0 };
  const checksum = new Adler32();
  const missing: Uint8Array[] = [];
  let skipped = 0;
  try {
    for await (const chunk of decompress(slices(parts, sound), progress)) {
      checksum.add(chunk);
      const known = Math.min(chunk.length, length - skipped);
      skipped += known;
      if (known < chunk.length) missing.push(chunk.subarray(known));
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    if (uint32At(parts, progress.accepted - 4) !== checksum.value) {
      const what = "The picture's compressed part is damaged or cut short.";
      throw new DmlError("image_unreadable", what, { cause: error });
    }
  }
  yield* missing;
}

/** Yields the output of a DecompressionStream; counts in `progress` the bytes that it accepted. */
async function* decompress(pieces: Iterable<Bytes>, progress: { accepted: number }): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream("deflate");
  const feeding = feed(writable, pieces, progress);
  try {
    yield* readable;
  } finally {
    // The reader receives the same error.
    await Promise.allSettled([feeding]);
  }
}

async function feed(
  writable: WritableStream<Bytes>,
  pieces: Iterable<Bytes>,
  progress: { accepted: number },
): Promise<void> {
  const writer = writable.getWriter();
  for (const piece of pieces) {
    await writer.write(piece);
    progress.accepted += piece.length;
  }
  await writer.close();
}

/**
 * Yields the bytes of `parts` in slices; the slice that starts at `single` is yielded byte by byte.
 */
function* slices(parts: readonly Uint8Array[], single = Infinity): Generator<Bytes> {
  let offset = 0;
  for (const part of parts) {
    for (let start = 0; start < part.length; start += SLICE_BYTES) {
      const slice = part.slice(start, start + SLICE_BYTES);
      if (offset === single) {
        for (const byte of slice) yield Uint8Array.of(byte);
      } else yield slice;
      offset += slice.length;
    }
  }
}

/** Returns the big-endian number at `offset` of `parts`; `NaN` if it does not lie in them. */
function uint32At(parts: readonly Uint8Array[], offset: number): number {
  let value = 0;
  for (let at = offset; at < offset + 4; at++) value = value * 256 + byteAt(parts, at);
  return value;
}

function byteAt(parts: readonly Uint8Array[], offset: number): number {
  let start = 0;
  for (const part of parts) {
    if (offset >= start && offset < start + part.length) return part[offset - start];
    start += part.length;
  }
  return NaN;
}
