import { CODE_MAX, codesByLength, type HuffmanTable } from "../huffman_table.ts";
import { AC_SIZE_MAX, SIZE_BITS } from "../symbols.ts";
import { LONG_CODE_MIN, LONG_CODES } from "../../../kernels/jpeg_decoder/memory_map.ts";
import { HUFFMAN, HUFFMAN_BYTES, LOOKUP_BITS } from "./memory_map.ts";

/**
 * Returns the value that `bits` of length `size` stand for; one that begins with 0 is negative
 * (T.81, F.2.2.1, "EXTEND").
 */
function extend(bits: number, size: number): number {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

/**
 * Writes `table` into `target` as the decoder reads it (the lookup as in jdhuff.c): for every ten bits
 *
 * - `value << 16 | (run + 1) << 8 | bits`, if a code and its value, which is not 0, are in them,
 * - `symbol << 8 | bits`, if only the code is,
 * - 0, if it is longer, or there is none.
 *
 * Codes of 9 bits and more: where each length ends, as 16 bits, and what takes a code to the number of its symbol.
 * Returns false if no code can be like this.
 */
export function writeHuffmanLookup(table: HuffmanTable, target: Uint8Array): boolean {
  const lookup = new Int32Array(target.buffer, target.byteOffset + HUFFMAN.lookup, 1 << LOOKUP_BITS).fill(0);
  const limits = new Uint16Array(target.buffer, target.byteOffset + HUFFMAN.limits, LONG_CODES);
  const offsets = new Int32Array(target.buffer, target.byteOffset + HUFFMAN.offsets, LONG_CODES);
  target.fill(0, HUFFMAN.symbols, HUFFMAN_BYTES);
  target.set(table.symbols, HUFFMAN.symbols);
  for (const { length, count, code, index } of codesByLength(table)) {
    // No code is all ones, so that the limit of 16 bits has 16 bits.
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

/** Fills in every entry that begins with `code`. */
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
