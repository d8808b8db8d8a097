import type { Picture } from "../picture.ts";
import {
  GROUP_BYTES,
  GROUP_SUM_BYTES,
  PIXEL_SUM_BYTES,
  ROW_SUMS_KERNEL,
  type RowSumsFunctions,
  SPAN_SUM_WORDS,
  SPAN_WORDS,
} from "./row_sums_kernel.ts";

/** What rows count for in a sum: the first, the last, and each between them; 257 at most in all, or 16 bits overflow. */
export interface RowWeights {
  readonly first: number;
  readonly between: number;
  readonly last: number;
}

/** Spans of pixels of a row; the last pixel of one is before its first when it has none. */
export interface PixelSpans {
  readonly firsts: Int32Array;
  readonly lasts: Int32Array;
}

/** Adds up rows of a picture, and spans of their sums, by vector instructions. There is one at a time in a thread: the next takes its memory. */
export class RowSums {
  /** The sums of each byte of a row, of the last call. */
  readonly sums: Uint16Array;
  /** For each span what the sums of its pixels add up to, of the last call: R, G, B and one that means nothing. */
  readonly spanSums: Uint32Array;
  readonly #data: Uint8Array;
  readonly #rowBytes: number;
  readonly #groups: number;
  /** A copy of the row that is added. */
  readonly #row: Uint8Array;
  readonly #spans: Int32Array;
  readonly #functions: RowSumsFunctions;

  constructor({ data, width }: Picture, { firsts, lasts }: PixelSpans) {
    this.#data = data;
    this.#rowBytes = width * 3;
    this.#groups = Math.ceil(this.#rowBytes / GROUP_BYTES);
    const rowAt = this.#groups * GROUP_SUM_BYTES;
    const spansAt = rowAt + this.#groups * GROUP_BYTES;
    const spanSumsAt = spansAt + firsts.length * SPAN_WORDS * 4;
    const end = spanSumsAt + firsts.length * SPAN_SUM_WORDS * 4;
    const { memory: { buffer }, functions } = ROW_SUMS_KERNEL.open(end);
    this.sums = new Uint16Array(buffer, 0, this.#groups * GROUP_BYTES);
    this.spanSums = new Uint32Array(buffer, spanSumsAt, firsts.length * SPAN_SUM_WORDS);
    this.#row = new Uint8Array(buffer, rowAt, this.#rowBytes);
    this.#spans = new Int32Array(buffer, spansAt, firsts.length * SPAN_WORDS);
    firsts.forEach((first, at) => {
      this.#spans.set([first * PIXEL_SUM_BYTES, Math.max(lasts[at] - first + 1, 0)], at * SPAN_WORDS);
    });
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
    const { byteOffset, length } = this.#spans;
    this.#functions.addSpans(byteOffset, this.spanSums.byteOffset, length / SPAN_WORDS);
  }
}
