import { DmlError } from "../../../protocol/kernel/errors.ts";
import { inflateExactly } from "../png/inflate.ts";
import { unpackTiffLzw } from "./lzw.ts";

/**
 * The largest ratio of unpacked to packed bytes: no compression that dml reads packs more tightly
 * than LZW can.
 */
const EXPANSION_MAX = 4096;

/** The compressions that dml does not read, by their TIFF number. */
const NAMES: Readonly<Record<number, string>> = {
  6: "JPEG (old style)",
  34887: "LERC",
  34925: "LZMA",
  50000: "Zstandard",
  50001: "WebP",
};

/**
 * Returns the `length` bytes that a strip or tile holds. Throws `image_unreadable` if it holds
 * fewer, `image_unsupported` for other compressions.
 */
export async function unpackTiff(
  packed: Uint8Array,
  { compression, length }: { compression: number; length: number },
): Promise<Uint8Array> {
  if (packed.length * EXPANSION_MAX < length) throw cutShort();
  switch (compression) {
    case 1:
      if (packed.length < length) throw cutShort();
      return packed.slice(0, length);
    case 5:
      return unpackTiffLzw(packed, length);
    case 8:
    case 32946:
      return await inflateExactly(packed, length);
    case 32773:
      return unpackBits(packed, length);
    default: {
      const name = NAMES[compression] ?? `method ${compression}`;
      throw new DmlError("image_unsupported", `The TIFF is compressed by ${name}.`);
    }
  }
}

/** Unpacks PackBits: runs and literals (TIFF 6.0, section 9). */
function unpackBits(packed: Uint8Array, length: number): Uint8Array {
  const target = new Uint8Array(length);
  let from = 0;
  let to = 0;
  while (to < length) {
    if (from + 1 >= packed.length) throw cutShort();
    const count = packed[from++];
    if (count < 128) {
      const literal = packed.subarray(from, from + Math.min(count + 1, length - to));
      target.set(literal, to);
      from += count + 1;
      to += count + 1;
    } else if (count > 128) {
      target.fill(packed[from++], to, to + 257 - count);
      to += 257 - count;
    }
  }
  if (from > packed.length) throw cutShort();
  return target;
}

function cutShort(): DmlError {
  return new DmlError("image_unreadable", "The TIFF is cut short.");
}
