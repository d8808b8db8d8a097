import { CODE_MAX } from "../../kernels/jpeg.ts";

/**
 * A Huffman table as it is stored in a file: the number of codes of each length from 1 to 16 bits,
 * and their symbols, shortest code first (T.81, B.2.4.2).
 */
export interface HuffmanTable {
  readonly counts: readonly number[] | Uint8Array;
  readonly symbols: readonly number[] | Uint8Array;
}

export { CODE_MAX };

/** The codes of one length: consecutive numbers for consecutive symbols of the table. */
export interface CodesOfLength {
  readonly length: number;
  readonly count: number;
  /** The first code, and the index of its symbol. */
  readonly code: number;
  readonly index: number;
}

/**
 * Returns the codes by length, shortest first. Longer codes continue where the shorter ones end
 * (T.81, C.2).
 */
export function codesByLength({ counts }: HuffmanTable): CodesOfLength[] {
  let [code, index] = [0, 0];
  return Array.from({ length: CODE_MAX }, (_, at) => {
    const codes = { length: at + 1, count: counts[at], code, index };
    code = (code + codes.count) * 2;
    index += codes.count;
    return codes;
  });
}
