import { KERNEL_MEMORY_START } from "../../kernels/memory.ts";
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

/** The address of the sums of a row. */
const SUMS_AT = KERNEL_MEMORY_START;

/**
 * The weights of rows in a sum: of the first, of the last, and of each between them; 257 at most in
 * all, or 16 bits overflow.
 */
export interface RowWeights {
  readonly first: number;
  readonly between: number;
  readonly last: number;
}

/** Spans of the pixels of a row. An empty span has its last pixel before its first. */
export interface PixelSpans {
  readonly firsts: Int32Array;
  readonly lasts: Int32Array;
}

/**
 * The sums of rows of a picture, and of spans of their pixels, by vector instructions. A thread
 * uses one at a time: the next takes over the memory of the one before.
 */
export class RowSums {
  /** First pixel of a row that any span covers; those before it are not summed. */
  readonly firstPixel: number;
  /** The sums of each byte of a row from the first pixel on, of the last call. */
  readonly sums: Uint16Array;
  /** The sums of the pixels of each span, of the last call: R, G, B and one unused word. */
  readonly spanSums: Uint32Array;
  readonly #data: Uint8Array;
  readonly #rowBytes: number;
  /** Bytes of a row that the spans cover, all in one piece. */
  readonly #usedBytes: number;
  readonly #groups: number;
  /** A copy of the row that is added. */
  readonly #row: Uint8Array;
  readonly #spans: Int32Array;
  readonly #functions: RowSumsFunctions;

  constructor({ data, width }: Picture, { firsts, lasts }: PixelSpans) {
    this.#data = data;
    this.#rowBytes = width * 3;
    const used = usedPixels({ firsts, lasts });
    this.firstPixel = used.first;
    this.#usedBytes = (used.last - used.first + 1) * 3;
    this.#groups = Math.ceil(this.#usedBytes / GROUP_BYTES);
    const rowAt = SUMS_AT + this.#groups * GROUP_SUM_BYTES;
    const spansAt = rowAt + this.#groups * GROUP_BYTES;
    const spanSumsAt = spansAt + firsts.length * SPAN_WORDS * 4;
    const end = spanSumsAt + firsts.length * SPAN_SUM_WORDS * 4;
    const { memory: { buffer }, functions } = ROW_SUMS_KERNEL.open(end);
    this.sums = new Uint16Array(buffer, SUMS_AT, this.#groups * GROUP_BYTES);
    this.spanSums = new Uint32Array(buffer, spanSumsAt, firsts.length * SPAN_SUM_WORDS);
    this.#row = new Uint8Array(buffer, rowAt, this.#usedBytes);
    this.#spans = new Int32Array(buffer, spansAt, firsts.length * SPAN_WORDS);
    firsts.forEach((first, at) => {
      const pixel = Math.max(first - used.first, 0);
      this.#spans.set([SUMS_AT + pixel * PIXEL_SUM_BYTES, Math.max(lasts[at] - first + 1, 0)], at * SPAN_WORDS);
    });
    this.#functions = functions;
  }

  /**
   * Sums the rows from `first` to `last`, every `step`th of them; a single row counts as the first.
   */
  sum({ first, last, step }: { first: number; last: number; step: number }, weights: RowWeights): void {
    const count = Math.floor((last - first) / step) + 1;
    this.sums.fill(0);
    for (let index = 0; index < count; index++) {
      const weight = index === 0 ? weights.first : index === count - 1 ? weights.last : weights.between;
      const start = (first + index * step) * this.#rowBytes + this.firstPixel * 3;
      this.#row.set(this.#data.subarray(start, start + this.#usedBytes));
      this.#functions.addRow(this.#row.byteOffset, SUMS_AT, this.#groups, weight);
    }
    const { byteOffset, length } = this.#spans;
    this.#functions.addSpans(byteOffset, this.spanSums.byteOffset, length / SPAN_WORDS);
  }
}

/**
 * Returns the first and the last pixel that any span covers; the last is before the first if none
 * does.
 */
function usedPixels({ firsts, lasts }: PixelSpans): { first: number; last: number } {
  let [first, last] = [Infinity, -1];
  for (let at = 0; at < firsts.length; at++) {
    if (lasts[at] < firsts[at]) continue;
    first = Math.min(first, firsts[at]);
    last = Math.max(last, lasts[at]);
  }
  return last < 0 ? { first: 0, last } : { first, last };
}
