import type { Picture } from "./picture.ts";
import { GROUP_BYTES, GROUP_SUM_BYTES, ROW_SUMS_KERNEL, type RowSumsFunctions } from "./row_sums_kernel.ts";

/** What rows count for in a sum: the first, the last, and each between them; 257 at most in all, or 16 bits overflow. */
export interface RowWeights {
  readonly first: number;
  readonly between: number;
  readonly last: number;
}

/** Sums rows of a picture by vector instructions. There is one at a time in a thread: the next takes its memory. */
export class RowSums {
  /** The sums of each byte of a row, of the last call. */
  readonly sums: Uint16Array;
  readonly #data: Uint8Array;
  readonly #rowBytes: number;
  readonly #groups: number;
  /** A copy of the row that is added. */
  readonly #row: Uint8Array;
  readonly #functions: RowSumsFunctions;

  constructor({ data, width }: Picture) {
    this.#data = data;
    this.#rowBytes = width * 3;
    this.#groups = Math.ceil(this.#rowBytes / GROUP_BYTES);
    const rowAt = this.#groups * GROUP_SUM_BYTES;
    const { memory, functions } = ROW_SUMS_KERNEL.open(rowAt + this.#groups * GROUP_BYTES);
    this.sums = new Uint16Array(memory.buffer, 0, this.#groups * GROUP_BYTES);
    this.#row = new Uint8Array(memory.buffer, rowAt, this.#rowBytes);
    this.#functions = functions;
  }

  /** Sums the rows from `first` to `last`, every `step`th of them; a single row counts as the first. */
  sum({ first, last, step }: { first: number; last: number; step: number }, weights: RowWeights): void {
    const count = Math.floor((last - first) / step) + 1;
    this.sums.fill(0);
    for (let index = 0; index < count; index++) {
      const weight = index === 0 ? weights.first : index === count - 1 ? weights.last : weights.between;
      const start = (first + index * step) * this.#rowBytes;
      this.#row.set(this.#data.subarray(start, start + this.#rowBytes));
      this.#functions.addRow(this.#row.byteOffset, 0, this.#groups, weight);
    }
  }
}
