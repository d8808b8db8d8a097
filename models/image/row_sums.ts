import type { Picture } from "./picture.ts";

/** Of four neighbouring bytes in one 32-bit number, the first and third. */
const LANES = 0x00ff00ff;

/** What rows count for in a sum: the first, the last, and each between them; 257 at most in all, or 16 bits overflow. */
export interface RowWeights {
  readonly first: number;
  readonly between: number;
  readonly last: number;
}

/** Two sums in each number: of the first and third of every four bytes, and of the second and fourth. */
interface Lanes {
  readonly even: Uint32Array;
  readonly odd: Uint32Array;
}

/** Sums rows of a picture, four bytes at once: two 16-bit lanes in each of two 32-bit numbers. */
export class RowSums {
  /** The sums of each byte of a row, of the last call. */
  readonly sums: Uint16Array;
  readonly #picture: Picture;
  readonly #sumWords: Uint32Array;
  readonly #lanes: Lanes;
  /** A row's length in 32-bit words, its end filled up. */
  readonly #stride: number;
  /** The picture's rows where every one begins at a multiple of 4 bytes; otherwise copies of those to sum. */
  readonly #isAligned: boolean;
  #words: Uint32Array;

  constructor(picture: Picture) {
    const { data, width } = picture;
    this.#picture = picture;
    this.#stride = Math.ceil((width * 3) / 4);
    this.#sumWords = new Uint32Array(this.#stride * 2);
    this.#lanes = { even: new Uint32Array(this.#stride), odd: new Uint32Array(this.#stride) };
    this.sums = new Uint16Array(this.#sumWords.buffer);
    this.#isAligned = (width * 3) % 4 === 0 && data.byteOffset % 4 === 0;
    this.#words = this.#isAligned ? new Uint32Array(data.buffer, data.byteOffset, data.length >> 2) : new Uint32Array();
  }

  /** Sums the rows from `first` to `last`, every `step`th of them; a single row counts as both. */
  sum(rows: { first: number; last: number; step: number }, weights: RowWeights): void {
    const count = Math.floor((rows.last - rows.first) / rows.step) + 1;
    const { start, step } = this.#place(rows, count);
    const { first, between, last } = weights;
    const words = this.#words;
    const lanes = this.#lanes;
    lanes.even.fill(0);
    lanes.odd.fill(0);
    let done = 0;
    for (; done + 3 <= count; done += 3) addThree(words, { start: start + done * step, step }, lanes);
    for (; done < count; done++) addWeighted(words, { start: start + done * step, weight: 1 }, lanes);
    if (between > 1) multiply(lanes, between);
    // What the first and last row count less; no lane falls below zero, so none borrows from another.
    if (first !== between) addWeighted(words, { start, weight: first - between }, lanes);
    const end = start + (count - 1) * step;
    if (last !== between) addWeighted(words, { start: end, weight: last - between }, lanes);
    interleave(lanes, this.#sumWords);
  }

  /** Sees to it that the rows are in `#words`; returns where the first is, and how far apart they are. */
  #place(rows: { first: number; step: number }, count: number): { start: number; step: number } {
    const stride = this.#stride;
    if (this.#isAligned) return { start: rows.first * stride, step: rows.step * stride };
    if (this.#words.length < count * stride) this.#words = new Uint32Array(count * stride);
    const bytes = new Uint8Array(this.#words.buffer);
    const rowBytes = this.#picture.width * 3;
    for (let index = 0; index < count; index++) {
      const from = (rows.first + index * rows.step) * rowBytes;
      bytes.set(this.#picture.data.subarray(from, from + rowBytes), index * stride * 4);
    }
    return { start: 0, step: stride };
  }
}

/** Three rows at a time, so that each sum is loaded and stored once for three. */
function addThree(
  words: Uint32Array,
  rows: { start: number; step: number },
  { even, odd }: Lanes,
): void {
  const first = rows.start;
  const second = first + rows.step;
  const third = second + rows.step;
  for (let at = 0; at < even.length; at++) {
    const one = words[first + at];
    const two = words[second + at];
    const three = words[third + at];
    even[at] += (one & LANES) + (two & LANES) + (three & LANES);
    odd[at] += ((one >>> 8) & LANES) + ((two >>> 8) & LANES) + ((three >>> 8) & LANES);
  }
}

function addWeighted(
  words: Uint32Array,
  row: { start: number; weight: number },
  { even, odd }: Lanes,
): void {
  const { start, weight } = row;
  for (let at = 0; at < even.length; at++) {
    const word = words[start + at];
    even[at] += Math.imul(word & LANES, weight);
    odd[at] += Math.imul((word >>> 8) & LANES, weight);
  }
}

function multiply({ even, odd }: Lanes, weight: number): void {
  for (let at = 0; at < even.length; at++) {
    even[at] = Math.imul(even[at], weight);
    odd[at] = Math.imul(odd[at], weight);
  }
}

/** Puts the sums back into the order of the bytes, of a machine that is little-endian as all that run Deno are. */
function interleave({ even, odd }: Lanes, target: Uint32Array): void {
  for (let at = 0, to = 0; at < even.length; at++, to += 2) {
    const evenPair = even[at];
    const oddPair = odd[at];
    target[to] = (evenPair & 0xffff) | (oddPair << 16);
    target[to + 1] = (evenPair >>> 16) | (oddPair & 0xffff0000);
  }
}
