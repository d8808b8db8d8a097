import { uint16 } from "../../byte_writer.ts";

/** Contents of a file of {@linkcode makeCoefficientJpeg}. */
export interface CoefficientJpegOptions {
  readonly width: number;
  readonly height: number;
  /** Sampling factors of each component, horizontal and vertical. */
  readonly factors: readonly (readonly [number, number])[];
  /**
   * Returns the quantised coefficients of the `index`-th block of a component, in the order of the
   * file; missing ones are 0.
   */
  readonly blockOf: (component: number, index: number) => readonly number[];
  /** Quantisation step of each coefficient, in the order of the file; 1 if absent. */
  readonly steps?: readonly number[];
  readonly restartInterval?: number;
  /** Symbols that get codes of 1 to 16 bits in this order; if absent, codes have at most 8 bits. */
  readonly symbolOrder?: readonly number[];
  /** The marker of the frame: 0xc0 baseline, 0xc1 extended. */
  readonly frame?: number;
}

/** A table of Huffman codes (T.81, annex C). */
interface Codes {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
}

const SIZES = Array.from({ length: 12 }, (_, size) => size);
const RUNS_AND_SIZES = [
  ...[0, 0xf0],
  ...Array.from({ length: 16 }, (_, run) => Array.from({ length: 10 }, (_, index) => run << 4 | (index + 1))).flat(),
];

/**
 * Makes a JPEG of the given coefficients. They come from no picture, so they may have any value.
 */
export function makeCoefficientJpeg(options: CoefficientJpegOptions): Uint8Array<ArrayBuffer> {
  const { width, height, factors, steps = new Array(64).fill(1), restartInterval = 0, symbolOrder } = options;
  const tables = [SIZES, RUNS_AND_SIZES].map((symbols) => codesOf(symbols, symbolOrder));
  const bytes = [0xff, 0xd8];
  const isWide = steps.some((step) => step > 255);
  pushSegment(bytes, 0xdb, [isWide ? 0x10 : 0, ...steps.flatMap((step) => isWide ? uint16Bytes(step) : [step])]);
  pushSegment(bytes, options.frame ?? 0xc0, [
    8,
    ...uint16Bytes(height),
    ...uint16Bytes(width),
    factors.length,
    ...factors.flatMap(([across, down], index) => [index + 1, across << 4 | down, 0]),
  ]);
  tables.forEach(({ counts, symbols }, kind) => pushSegment(bytes, 0xc4, [kind << 4, ...counts, ...symbols]));
  if (restartInterval > 0) pushSegment(bytes, 0xdd, uint16Bytes(restartInterval));
  pushSegment(bytes, 0xda, [factors.length, ...factors.flatMap((_, index) => [index + 1, 0]), 0, 63, 0]);
  pushScan(bytes, options, tables.map(bitsOf));
  bytes.push(0xff, 0xd9);
  return Uint8Array.from(bytes);
}

function pushScan(bytes: number[], options: CoefficientJpegOptions, tables: readonly Map<number, string>[]): void {
  const { width, height, factors, blockOf, restartInterval = 0 } = options;
  const [across, down] = factors[0];
  const mcus = Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down));
  const written = factors.map(() => 0);
  let predictors = factors.map(() => 0);
  let bits = "";
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (restartInterval > 0 && mcu > 0 && mcu % restartInterval === 0) {
      pushBits(bytes, bits);
      bytes.push(0xff, 0xd0 + (mcu / restartInterval - 1) % 8);
      bits = "";
      predictors = factors.map(() => 0);
    }
    factors.forEach(([columns, rows], component) => {
      for (let block = 0; block < columns * rows; block++) {
        const [dc = 0, ...ac] = blockOf(component, written[component]++);
        bits += codeOf(tables[0], sizeOf(dc - predictors[component]), dc - predictors[component]) +
          acBits(ac, tables[1]);
        predictors[component] = dc;
      }
    });
  }
  pushBits(bytes, bits);
}

function acBits(ac: readonly number[], codes: Map<number, string>): string {
  const last = ac.findLastIndex((value) => value !== 0);
  let bits = "";
  let run = 0;
  for (const value of ac.slice(0, last + 1)) {
    if (value === 0) {
      run++;
      continue;
    }
    for (; run > 15; run -= 16) bits += codes.get(0xf0);
    bits += codeOf(codes, run << 4 | sizeOf(value), value);
    run = 0;
  }
  return last === 62 ? bits : bits + codes.get(0);
}

function codeOf(codes: Map<number, string>, symbol: number, value: number): string {
  const size = sizeOf(value);
  const code = codes.get(symbol);
  if (code === undefined) throw new RangeError(`no code for ${symbol}: ${value} is too large`);
  if (size === 0) return code;
  return code + (value > 0 ? value : value + (1 << size) - 1).toString(2).padStart(size, "0");
}

function sizeOf(value: number): number {
  return value === 0 ? 0 : Math.abs(value).toString(2).length;
}

/**
 * Returns the codes of the symbols: with an order, one code of each length up to 8 bits and the
 * others of 16 bits; else codes of one length, the shortest that is possible.
 */
function codesOf(symbols: readonly number[], order?: readonly number[]): Codes {
  const counts = new Array<number>(16).fill(0);
  if (order === undefined) {
    counts[Math.ceil(Math.log2(symbols.length + 1)) - 1] = symbols.length;
    return { counts, symbols };
  }
  const few = Math.min(8, symbols.length);
  counts.fill(1, 0, few);
  counts[15] = symbols.length - few;
  return { counts, symbols: symbols.toSorted((one, other) => order.indexOf(one) - order.indexOf(other)) };
}

function bitsOf({ counts, symbols }: Codes): Map<number, string> {
  const codes = new Map<number, string>();
  let code = 0;
  let index = 0;
  counts.forEach((count, at) => {
    for (let nth = 0; nth < count; nth++) codes.set(symbols[index++], (code++).toString(2).padStart(at + 1, "0"));
    code *= 2;
  });
  return codes;
}

function pushBits(bytes: number[], bits: string): void {
  for (let start = 0; start < bits.length; start += 8) {
    const byte = Number.parseInt(bits.slice(start, start + 8).padEnd(8, "1"), 2);
    bytes.push(byte);
    if (byte === 0xff) bytes.push(0);
  }
}

function pushSegment(bytes: number[], marker: number, content: readonly number[]): void {
  bytes.push(0xff, marker, ...uint16Bytes(content.length + 2), ...content);
}

function uint16Bytes(value: number): number[] {
  return [...uint16(value)];
}
