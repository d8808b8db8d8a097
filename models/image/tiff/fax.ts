import { DmlError } from "../../../protocol/kernel/errors.ts";
import { CODE_BITS_MAX, MODE_CODES, PART_PIXELS, RUN_CODES } from "./fax_codes.ts";

/** The compressions of fax machines, by their TIFF number. */
export const FAX = { rows: 2, group3: 3, group4: 4 } as const;

/** Bits of the mark between rows, eleven zeros and a one. */
const END_OF_ROW_BITS = 12;

/** Coding of a strip. */
export interface FaxOptions {
  readonly width: number;
  readonly rows: number;
  /** One of {@linkcode FAX}. */
  readonly compression: number;
  /** True if rows of group 3 may be coded by the row above. */
  readonly isTwoDimensional: boolean;
  /** True if the first bit of a byte is the lowest. */
  readonly isReversed: boolean;
}

/**
 * Unpacks a strip of a fax (ITU-T T.4 and T.6, TIFF 6.0 sections 10 and 11) to one bit a pixel, 1
 * for black, rows filled up to whole bytes. Throws `image_unreadable` or `image_unsupported`.
 */
export function unpackFax(packed: Uint8Array, options: FaxOptions): Uint8Array {
  const { width, rows, compression } = options;
  // Each row takes one bit at least.
  if (packed.length * 8 < rows) throw damaged();
  const reader = new FaxReader(packed, options.isReversed);
  const rowBytes = Math.ceil(width / 8);
  const target = new Uint8Array(rowBytes * rows);
  let above: number[] = [];
  for (let row = 0; row < rows; row++) {
    const isPlain = compression === FAX.group3 ? reader.beginRow(options) : compression === FAX.rows;
    above = withoutEmptyRuns(isPlain ? readRuns(reader, width) : readDifferences(reader, { above, width }));
    if (compression === FAX.rows) reader.alignToByte();
    drawBlack(target.subarray(row * rowBytes, (row + 1) * rowBytes), above, width);
  }
  return target;
}

/** Reads a row of runs, white first. Returns where the colour changes. */
function readRuns(reader: FaxReader, width: number): number[] {
  const edges: number[] = [];
  for (let at = 0; at < width;) {
    at += reader.run(edges.length & 1);
    if (at > width) throw damaged();
    edges.push(at);
  }
  return edges;
}

/** Reads a row that is coded by the edges of the row above. Returns where the colour changes. */
function readDifferences(
  reader: FaxReader,
  { above, width }: { above: readonly number[]; width: number },
): number[] {
  const edges: number[] = [];
  // The first edge may be at 0, every other one is to the right of the last.
  let at = -1;
  let behind = 0;
  while (at < width) {
    const colour = edges.length & 1;
    // The next edge above that changes to the other colour.
    while (behind > 0 && (above[behind - 1] ?? width) > at) behind--;
    while ((above[behind] ?? width) <= at && behind < above.length) behind++;
    if ((behind & 1) !== colour) behind++;
    const mode = reader.mode();
    if (mode === "extension") {
      throw new DmlError("image_unsupported", "The TIFF is a fax with parts that are not compressed.");
    }
    if (mode === "pass") {
      at = above[behind + 1] ?? width;
      continue;
    }
    const from = Math.max(at, 0);
    const first = mode === "horizontal" ? from + reader.run(colour) : (above[behind] ?? width) + mode;
    const added = mode === "horizontal" ? [first, first + reader.run(colour ^ 1)] : [first];
    at = added[added.length - 1];
    if (first < from || at > width) throw damaged();
    edges.push(...added);
  }
  return edges;
}

/** Returns the edges without those where the colour changes and changes back. */
function withoutEmptyRuns(edges: readonly number[]): number[] {
  const kept: number[] = [];
  for (const edge of edges) {
    if (kept.at(-1) === edge) kept.pop();
    else kept.push(edge);
  }
  return kept;
}

/** Sets the bits between every other pair of edges. */
function drawBlack(row: Uint8Array, edges: readonly number[], width: number): void {
  for (let index = 0; index < edges.length; index += 2) {
    const end = edges[index + 1] ?? width;
    for (let x = edges[index]; x < end; x++) row[x >> 3] |= 0x80 >> (x & 7);
  }
}

/** A reader of codes. Bits past the end are an error. */
class FaxReader {
  readonly #bytes: Uint8Array;
  readonly #isReversed: boolean;
  #at = 0;

  constructor(bytes: Uint8Array, isReversed: boolean) {
    this.#bytes = bytes;
    this.#isReversed = isReversed;
  }

  /** Reads a run of the colour (0 white, 1 black), of one or several codes. */
  run(colour: number): number {
    let total = 0;
    for (;;) {
      const length = this.#code(RUN_CODES[colour]);
      total += length;
      if (length < PART_PIXELS) return total;
    }
  }

  mode() {
    return this.#code(MODE_CODES);
  }

  /**
   * Skips the mark before a row of group 3, and what fills the room before it. Returns true if the
   * row is one of runs.
   */
  beginRow({ isTwoDimensional }: { isTwoDimensional: boolean }): boolean {
    let zeros = 0;
    while (this.#peek(zeros) === 0) zeros++;
    const hasMark = zeros >= END_OF_ROW_BITS - 1;
    if (!hasMark) return true;
    this.#at += zeros + 1;
    return !isTwoDimensional || this.#bit() === 1;
  }

  alignToByte(): void {
    this.#at = Math.ceil(this.#at / 8) * 8;
  }

  #code<Value>(codes: ReadonlyMap<number, Value>): Value {
    let code = 1;
    for (let length = 1; length <= CODE_BITS_MAX; length++) {
      code = (code << 1) | this.#bit();
      const value = codes.get(code);
      if (value !== undefined) return value;
    }
    throw damaged();
  }

  #bit(): number {
    const bit = this.#peek(0);
    if (bit === null) throw damaged();
    this.#at++;
    return bit;
  }

  /** Returns the bit that is `ahead` of the next; `null` past the end. */
  #peek(ahead: number): number | null {
    const at = this.#at + ahead;
    if (at >= this.#bytes.length * 8) return null;
    return (this.#bytes[at >> 3] >> (this.#isReversed ? at & 7 : 7 - (at & 7))) & 1;
  }
}

function damaged(): DmlError {
  return new DmlError("image_unreadable", "The TIFF's fax is damaged or cut short.");
}
