import { codesByLength, type HuffmanTable } from "../huffman_table.ts";
import { LENGTH_BITS } from "../../../kernels/jpeg_encoder/memory_map.ts";
import { DC_SIZE_MAX, SIZE_BITS } from "../symbols.ts";

/** The code of a symbol: the lowest `length` of `bits`. */
export interface HuffmanCode {
  readonly bits: number;
  readonly length: number;
}

const DC_SYMBOLS = Array.from({ length: DC_SIZE_MAX + 1 }, (_, size) => size);

function acSymbols(hexadecimal: string): number[] {
  return hexadecimal.match(/../g)!.map((digits) => parseInt(digits, 16));
}

/** The typical tables of T.81 (K.3 to K.6), which libjpeg uses too. */
export const DC_LUMINANCE: HuffmanTable = {
  counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
  symbols: DC_SYMBOLS,
};
export const DC_CHROMINANCE: HuffmanTable = {
  counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
  symbols: DC_SYMBOLS,
};
export const AC_LUMINANCE: HuffmanTable = {
  counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d],
  symbols: acSymbols(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738" +
      "393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3" +
      "a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
  ),
};
export const AC_CHROMINANCE: HuffmanTable = {
  counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77],
  symbols: acSymbols(
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a353637" +
      "38393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999a" +
      "a2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa",
  ),
};

/** Returns the codes of a table by symbol. */
export function huffmanCodes(table: HuffmanTable): ReadonlyMap<number, HuffmanCode> {
  const codes = new Map<number, HuffmanCode>();
  for (const { length, count, code, index } of codesByLength(table)) {
    for (let nth = 0; nth < count; nth++) codes.set(table.symbols[index + nth], { bits: code + nth, length });
  }
  return codes;
}

/**
 * Returns the codes as entries for the kernel, indexed by symbol: the code, shifted to make room
 * for the number that follows it, and in the lowest {@linkcode LENGTH_BITS} the length of both.
 */
export function codeEntries(table: HuffmanTable): Uint32Array {
  const entries = new Uint32Array(256);
  for (const [symbol, { bits, length }] of huffmanCodes(table)) {
    const size = symbol & (1 << SIZE_BITS) - 1;
    entries[symbol] = (bits << size) * (1 << LENGTH_BITS) + length + size;
  }
  return entries;
}
