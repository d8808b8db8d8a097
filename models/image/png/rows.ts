import { DmlError } from "../../../protocol/kernel/errors.ts";
import { onWhite } from "../samples.ts";
import type { PngHeader } from "./header.ts";

/** Undoes the filter of one PNG row in place; `previous` is the row above, zeros for the first. */
export function unfilter(
  row: Uint8Array,
  previous: Uint8Array,
  options: { filter: number; pixelBytes: number },
): void {
  const { filter, pixelBytes } = options;
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let at = pixelBytes; at < row.length; at++) row[at] += row[at - pixelBytes];
      return;
    case 2:
      for (let at = 0; at < row.length; at++) row[at] += previous[at];
      return;
    case 3:
      for (let at = 0; at < row.length; at++) {
        const left = at < pixelBytes ? 0 : row[at - pixelBytes];
        row[at] += (left + previous[at]) >> 1;
      }
      return;
    case 4:
      for (let at = 0; at < pixelBytes; at++) row[at] += previous[at];
      for (let at = pixelBytes; at < row.length; at++) {
        row[at] += paeth(row[at - pixelBytes], previous[at], previous[at - pixelBytes]);
      }
      return;
    default:
      throw new DmlError("image_unreadable", `The PNG is damaged: no row filter is ${filter}.`);
  }
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - corner - corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/**
 * A writer of a row's pixels, R, G, B on white, into `target`: the first at `offset`, the others
 * `step` bytes apart.
 */
export type RowWriter = (
  row: Uint8Array,
  target: Uint8Array,
  place: { columns: number; offset: number; step: number },
) => void;

/** A writer of one pixel, R, G, B on white, at `offset`. */
type PixelWriter = (row: Uint8Array, column: number, target: Uint8Array, offset: number) => void;

/** Returns the writer for the header's kind of pixels. */
export function rowWriter(header: PngHeader): RowWriter {
  const plain = header.depth === 8 && header.colourType === 2 && header.transparency.length === 0;
  const writePixel = header.colourType === 3 ? paletteWriter(header) : sampleWriter(header);
  return (row, target, { columns, offset, step }) => {
    if (plain && step === 3) return target.set(row, offset);
    for (let column = 0, to = offset; column < columns; column++, to += step) {
      writePixel(row, column, target, to);
    }
  };
}

function sampleWriter(header: PngHeader): PixelWriter {
  const sample = sampleReader(header.depth);
  const { channels } = header;
  const alphaOf = alphaReader(header);
  const colours = channels >= 3 ? 1 : 0;
  const scale = header.depth < 8 ? 255 / ((1 << header.depth) - 1) : 1;
  return (row, column, target, offset) => {
    const first = column * channels;
    const alpha = alphaOf(row, column);
    target[offset] = onWhite(sample(row, first) * scale, alpha);
    target[offset + 1] = onWhite(sample(row, first + colours) * scale, alpha);
    target[offset + 2] = onWhite(sample(row, first + 2 * colours) * scale, alpha);
  };
}

/**
 * Returns a reader of the sample of that index in a row: the first 8 of 16 bits, or all of fewer.
 */
function sampleReader(depth: number): (row: Uint8Array, index: number) => number {
  if (depth === 8) return (row, index) => row[index];
  if (depth === 16) return (row, index) => row[index * 2];
  const mask = (1 << depth) - 1;
  return (row, index) => {
    const bit = index * depth;
    return (row[bit >> 3] >> (8 - depth - (bit & 7))) & mask;
  };
}

function alphaReader(header: PngHeader): (row: Uint8Array, column: number) => number {
  const { channels, depth, transparency } = header;
  const sample = sampleReader(depth);
  if (channels === 2 || channels === 4) {
    return (row, column) => sample(row, column * channels + channels - 1);
  }
  if (transparency.length < channels * 2) return () => 255;
  const full = (row: Uint8Array, index: number) =>
    depth === 16 ? (row[index * 2] << 8) | row[index * 2 + 1] : sample(row, index);
  const clear = Array.from(
    { length: channels },
    (_, index) => (transparency[index * 2] << 8) | transparency[index * 2 + 1],
  );
  return (row, column) => clear.every((value, index) => full(row, column * channels + index) === value) ? 0 : 255;
}

function paletteWriter({ depth, palette, transparency }: PngHeader): PixelWriter {
  const sample = sampleReader(depth);
  const colours = palette.map((value, index) => onWhite(value, transparency[Math.floor(index / 3)] ?? 255));
  return (row, column, target, offset) => {
    const at = sample(row, column) * 3;
    if (at + 2 >= colours.length) {
      throw new DmlError("image_unreadable", "The PNG uses a colour that its palette lacks.");
    }
    target[offset] = colours[at];
    target[offset + 1] = colours[at + 1];
    target[offset + 2] = colours[at + 2];
  };
}
