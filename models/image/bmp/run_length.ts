import { ByteReader } from "../byte_reader.ts";
import type { BmpLayout } from "./layout.ts";

/** Meanings of the byte after a zero byte; from 3 on it is the number of literal pixels. */
const END_OF_ROW = 0;
const END_OF_PICTURE = 1;
const MOVE = 2;

/**
 * Unpacks run-length coded pixels (Windows GDI, "Bitmap Compression") to a palette index each, rows
 * in the order of the file. Pixels that are jumped over have index 0; runs end with their row.
 * Throws `image_unreadable` if the end is missing.
 */
export function unpackRuns(packed: Uint8Array, { width, height, packing }: BmpLayout): Uint8Array {
  const reader = new ByteReader(packed);
  const target = new Uint8Array(width * height);
  const isNibbles = packing === "rle4";
  let [x, y, at] = [0, 0, 0];
  const put = (index: number) => {
    if (x < width) target[y * width + x] = index;
    x++;
  };
  while (y < height) {
    // Some programs leave out the mark of the end.
    if (at >= packed.length && y === height - 1 && x >= width) break;
    const [count, value] = [reader.uint8(at), reader.uint8(at + 1)];
    at += 2;
    if (count > 0) {
      for (let index = 0; index < count; index++) put(isNibbles ? nibble(value, index) : value);
    } else if (value === END_OF_ROW) {
      [x, y] = [0, y + 1];
    } else if (value === END_OF_PICTURE) {
      break;
    } else if (value === MOVE) {
      x += reader.uint8(at);
      y += reader.uint8(at + 1);
      at += 2;
    } else {
      const bytes = isNibbles ? Math.ceil(value / 2) : value;
      const literal = reader.slice(at, bytes);
      for (let index = 0; index < value; index++) put(isNibbles ? nibble(literal[index >> 1], index) : literal[index]);
      at += bytes + (bytes & 1);
    }
  }
  return target;
}

/** Returns the upper half of the byte for even indices, the lower for odd ones. */
function nibble(byte: number, index: number): number {
  return (index & 1) === 0 ? byte >> 4 : byte & 15;
}
