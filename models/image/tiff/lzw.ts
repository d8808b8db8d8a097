import { DmlError } from "../../../protocol/kernel/errors.ts";

const CLEAR_CODE = 256;
const END_CODE = 257;
const CODES_MAX = 4096;

/**
 * Unpacks the LZW of TIFF 6.0 (section 13) into exactly `length` bytes; throws `image_unreadable`
 * if there are fewer.
 */
export function unpackTiffLzw(packed: Uint8Array, length: number): Uint8Array {
  const target = new Uint8Array(length);
  // Every string of the table was written once, so its place in the target stands for it.
  const starts = new Uint32Array(CODES_MAX);
  const lengths = new Uint32Array(CODES_MAX);
  let nextCode = END_CODE + 1;
  let codeBits = 9;
  let bits = 0;
  let bitCount = 0;
  let from = 0;
  let to = 0;
  let previousStart = -1;
  while (to < length) {
    while (bitCount < codeBits) {
      if (from === packed.length) throw new DmlError("image_unreadable", "The TIFF is cut short.");
      bits = ((bits << 8) | packed[from++]) & 0xffffff;
      bitCount += 8;
    }
    bitCount -= codeBits;
    const code = (bits >> bitCount) & ((1 << codeBits) - 1);
    if (code === END_CODE) throw new DmlError("image_unreadable", "The TIFF is cut short.");
    if (code === CLEAR_CODE) {
      nextCode = END_CODE + 1;
      codeBits = 9;
      previousStart = -1;
      continue;
    }
    if (previousStart !== -1 && nextCode < CODES_MAX) {
      // The previous string and the byte after it, which this code is about to write.
      starts[nextCode] = previousStart;
      lengths[nextCode] = to - previousStart + 1;
      nextCode++;
    }
    if (code >= nextCode) throw new DmlError("image_unreadable", "The TIFF is damaged.");
    previousStart = to;
    if (code < CLEAR_CODE) target[to++] = code;
    else {
      // Byte by byte: a string that is being defined overlaps what it writes.
      const end = Math.min(to + lengths[code], length);
      for (let at = starts[code]; to < end; at++, to++) target[to] = target[at];
    }
    // One code early, as every TIFF writer does.
    if (nextCode >= (1 << codeBits) - 1 && codeBits < 12) codeBits++;
  }
  return target;
}
