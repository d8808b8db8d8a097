import { CODE_MAX, codesByLength, type HuffmanTable } from "../huffman_table.ts";
import { AC_SIZE_MAX, SIZE_BITS } from "../symbols.ts";
import { LONG_CODE_MIN, LONG_CODES } from "../../../kernels/jpeg_decoder/memory_map.ts";
import { HUFFMAN, HUFFMAN_BYTES, LOOKUP_BITS } from "./memory_map.ts";

/**
 * Returns the value that `size` bits encode; one that starts with a 0 bit is negative (T.81,
 * F.2.2.1, "EXTEND").
 */
function extend(bits: number, size: number): number {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

/**
 * Writes `table` into `target` in the layout of the decoder. First comes the lookup, as in
 * jdhuff.c, with an entry for each value of the next ten bits:
 *
 * - `value << 16 | (run + 1) << 8 | bits` if these bits hold a code and its value, which is not 0,
 * - `symbol << 8 | bits` if they hold only the code,
 * - 0 if the code is longer or does not exist.
 *
 * Then, for each code length from 9 bits on, the 16-bit limit of its codes and the offset from a
 * code to the index of its symbol. Returns false if the table is not a valid Huffman code.
 */
export function writeHuffmanLookup(table: HuffmanTable, target: Uint8Array): boolean {
  const lookup = new Int32Array(target.buffer, target.byteOffset + HUFFMAN.lookup, 1 << LOOKUP_BITS).fill(0);
  const limits = new Uint16Array(target.buffer, target.byteOffset + HUFFMAN.limits, LONG_CODES);
  const offsets = new Int32Array(target.buffer, target.byteOffset + HUFFMAN.offsets, LONG_CODES);
  target.fill(0, HUFFMAN.symbols, HUFFMAN_BYTES);
  target.set(table.symbols, HUFFMAN.symbols);
  for (const { length, count, code, index } of codesByLength(table)) {
    // No code consists of ones only, so the limit of the 16-bit codes fits 16 bits.
    if (count > 0 && code + count >= 1 << length) return false;
    if (length >= LONG_CODE_MIN) {
      offsets[length - LONG_CODE_MIN] = index - code;
      limits[length - LONG_CODE_MIN] = (code + count) << (CODE_MAX - length);
    }
    for (let nth = 0; length <= LOOKUP_BITS && nth < count; nth++) {
      fill(lookup, { code: code + nth, length, symbol: table.symbols[index + nth] });
    }
  }
  return true;
}

/** Fills in all entries that start with `code`. */
function fill(
  lookup: Int32Array,
  { code, length, symbol }: { code: number; length: number; symbol: number },
): void {
  const size = symbol & (1 << SIZE_BITS) - 1;
  const advance = (symbol >> SIZE_BITS) + 1;
  const rest = LOOKUP_BITS - length;
  const start = code << rest;
  if (size === 0 || size > rest || size > AC_SIZE_MAX) {
    lookup.fill(symbol << 8 | length, start, start + (1 << rest));
    return;
  }
  for (let following = 0; following < 1 << rest; following++) {
    const value = extend(following >> (rest - size), size);
    lookup[start + following] = value << 16 | advance << 8 | (length + size);
  }
}
