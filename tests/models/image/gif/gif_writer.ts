import { uint16le } from "../byte_writer.ts";
import { packLzw } from "../lzw_writer.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";

/** One frame of a GIF, its indices row by row. */
export interface GifFrame {
  readonly left?: number;
  readonly top?: number;
  readonly width: number;
  readonly height: number;
  readonly indexAt: (x: number, y: number) => number;
  readonly interlaced?: boolean;
  /** The index that leaves the canvas as it is. */
  readonly transparent?: number;
}

/** A GIF of up to 256 colours; one of several frames is animated. */
export function makeGif(
  options: {
    width: number;
    height: number;
    palette: readonly (readonly number[])[];
    frames: readonly GifFrame[];
  },
): Uint8Array<ArrayBuffer> {
  const { width, height, palette, frames } = options;
  const paletteBits = Math.max(1, Math.ceil(Math.log2(palette.length)));
  const colours = new Uint8Array(3 << paletteBits);
  palette.forEach((colour, index) => colours.set(colour, index * 3));
  return concat([
    new TextEncoder().encode("GIF89a"),
    uint16le(width),
    uint16le(height),
    Uint8Array.of(0x80 | (paletteBits - 1), 0, 0),
    colours,
    ...frames.flatMap((frame) => frameParts(frame, Math.max(2, paletteBits))),
    Uint8Array.of(0x3b),
  ]);
}

function frameParts(frame: GifFrame, rootBits: number): Uint8Array[] {
  const { left = 0, top = 0, width, height, transparent } = frame;
  const indices: number[] = [];
  for (const y of rowOrder(frame)) {
    for (let x = 0; x < width; x++) indices.push(frame.indexAt(x, y));
  }
  const packed = packLzw(Uint8Array.from(indices), { kind: "gif", rootBits });
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < packed.length; start += 255) {
    const block = packed.subarray(start, start + 255);
    blocks.push(Uint8Array.of(block.length), block);
  }
  const control = [0x21, 0xf9, 4, transparent === undefined ? 0 : 1, 10, 0, transparent ?? 0, 0];
  return [
    Uint8Array.from(control),
    Uint8Array.of(0x2c),
    ...[left, top, width, height].map(uint16le),
    Uint8Array.of(frame.interlaced === true ? 0x40 : 0, rootBits),
    ...blocks,
    Uint8Array.of(0),
  ];
}

function rowOrder({ height, interlaced }: GifFrame): number[] {
  const rows = Array.from({ length: height }, (_, y) => y);
  if (interlaced !== true) return rows;
  return [
    ...rows.filter((y) => y % 8 === 0),
    ...rows.filter((y) => y % 8 === 4),
    ...rows.filter((y) => y % 4 === 2),
    ...rows.filter((y) => y % 2 === 1),
  ];
}
