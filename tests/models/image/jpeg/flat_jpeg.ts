/** Contents of a file of {@linkcode makeFlatJpeg}. */
export interface FlatJpegOptions {
  readonly width: number;
  readonly height: number;
  /**
   * Returns the stored samples of the 8 x 8 block at this column and row, one per component,
   * 0..255.
   */
  readonly colourOf: (column: number, row: number) => readonly number[];
  /** Colour transform of an Adobe marker: 0 none, 1 YCbCr, 2 YCCK; no marker when left out. */
  readonly adobeTransform?: 0 | 1 | 2;
}

/**
 * Huffman table in which each of the 12 size categories of a DC difference has a code of 4 bits.
 */
const DC_TABLE = [0, 0, 0, 12, ...new Array(12).fill(0), ...Array.from({ length: 12 }, (_, i) => i)];
/** The only AC symbol is "end of block", code `0`. */
const AC_TABLE = [1, ...new Array(15).fill(0), 0];

/**
 * Makes a baseline JPEG of flat 8 x 8 blocks with any number of components, so also CMYK, which no
 * available encoder writes.
 */
export function makeFlatJpeg(options: FlatJpegOptions): Uint8Array<ArrayBuffer> {
  const { width, height, colourOf, adobeTransform } = options;
  const count = colourOf(0, 0).length;
  const components = Array.from({ length: count }, (_, index) => index + 1);
  const bytes = [0xff, 0xd8];
  if (adobeTransform !== undefined) {
    pushSegment(bytes, 0xee, [...ascii("Adobe"), 0, 100, 0, 0, 0, 0, adobeTransform]);
  }
  pushSegment(bytes, 0xdb, [0, ...new Array(64).fill(8)]);
  pushSegment(bytes, 0xc0, [
    8,
    ...uint16(height),
    ...uint16(width),
    count,
    ...components.flatMap((id) => [id, 0x11, 0]),
  ]);
  pushSegment(bytes, 0xc4, [0x00, ...DC_TABLE]);
  pushSegment(bytes, 0xc4, [0x10, ...AC_TABLE]);
  pushSegment(bytes, 0xda, [count, ...components.flatMap((id) => [id, 0]), 0, 63, 0]);
  pushBlocks(bytes, { columns: Math.ceil(width / 8), rows: Math.ceil(height / 8), count, colourOf });
  bytes.push(0xff, 0xd9);
  return Uint8Array.from(bytes);
}

function pushBlocks(
  bytes: number[],
  blocks: Pick<FlatJpegOptions, "colourOf"> & { columns: number; rows: number; count: number },
): void {
  const previous = new Array<number>(blocks.count).fill(0);
  let bits = "";
  for (let row = 0; row < blocks.rows; row++) {
    for (let column = 0; column < blocks.columns; column++) {
      const colour = blocks.colourOf(column, row);
      for (let component = 0; component < blocks.count; component++) {
        const level = colour[component] - 128;
        bits += dcBits(level - previous[component]) + "0";
        previous[component] = level;
      }
    }
  }
  for (let start = 0; start < bits.length; start += 8) {
    const byte = Number.parseInt(bits.slice(start, start + 8).padEnd(8, "1"), 2);
    bytes.push(byte);
    if (byte === 0xff) bytes.push(0);
  }
}

function dcBits(difference: number): string {
  const size = difference === 0 ? 0 : Math.abs(difference).toString(2).length;
  const code = size.toString(2).padStart(4, "0");
  if (size === 0) return code;
  const value = difference > 0 ? difference : difference + (1 << size) - 1;
  return code + value.toString(2).padStart(size, "0");
}

function pushSegment(bytes: number[], marker: number, payload: readonly number[]): void {
  bytes.push(0xff, marker, ...uint16(payload.length + 2), ...payload);
}

function uint16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
