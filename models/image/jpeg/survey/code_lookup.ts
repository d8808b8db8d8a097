import { CODE_MAX, codesByLength, type HuffmanTable } from "../huffman_table.ts";

/**
 * The symbol and the length of the code that 16 bits begin with, as `length << 8 | symbol`; 0 for
 * bits that begin with no code.
 */
export type CodeLookup = Uint16Array;

/** Returns the lookup for `table`; `null` if its codes overflow. */
export function codeLookup(table: HuffmanTable): CodeLookup | null {
  const lookup = new Uint16Array(1 << CODE_MAX);
  for (const { length, count, code, index } of codesByLength(table)) {
    if (code + count > 1 << length) return null;
    for (let nth = 0; nth < count; nth++) {
      const start = (code + nth) << (CODE_MAX - length);
      lookup.fill(length << 8 | table.symbols[index + nth], start, start + (1 << (CODE_MAX - length)));
    }
  }
  return lookup;
}
