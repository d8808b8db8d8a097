import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { ByteReader } from "../byte_reader.ts";
import { readGifHeader } from "./header.ts";
import { GifLzw } from "./lzw.ts";
import type { Picture } from "../picture.ts";
import { concat } from "../../../protocol/kernel/concat.ts";

const BLOCK = { extension: 0x21, image: 0x2c, trailer: 0x3b } as const;
const GRAPHIC_CONTROL = 0xf9;

/** The first row and the step of each of the four passes of an interlaced GIF. */
const PASSES: readonly (readonly [number, number])[] = [[0, 8], [4, 8], [2, 4], [1, 2]];

/**
 * Decodes the first frame of a GIF (GIF89a specification) on white. Throws `image_unreadable`;
 * `image_too_large` if the frame alone has too many pixels.
 */
export function decodeGif(bytes: Uint8Array): Picture {
  const { width, height } = readGifHeader(bytes);
  const reader = new ByteReader(bytes, { littleEndian: true });
  const global = readPalette(reader, { flags: reader.uint8(10), offset: 13 });
  const picture = { width, height, data: new Uint8Array(width * height * 3).fill(255) };
  let offset = global.end;
  let clear = -1;
  for (;;) {
    const block = reader.uint8(offset);
    if (block === BLOCK.image) {
      drawFrame(reader, picture, { offset: offset + 1, palette: global.palette, clear });
      return picture;
    }
    if (block !== BLOCK.extension) {
      throw new DmlError("image_unreadable", "The GIF has no picture in it.");
    }
    if (reader.uint8(offset + 1) === GRAPHIC_CONTROL && (reader.uint8(offset + 3) & 1) === 1) {
      clear = reader.uint8(offset + 6);
    }
    offset = skipSubBlocks(reader, offset + 2);
  }
}

function drawFrame(
  reader: ByteReader,
  picture: Picture,
  frame: { offset: number; palette: Uint8Array; clear: number },
): void {
  const { offset, clear } = frame;
  const [left, top, width, height] = [0, 2, 4, 6].map((at) => reader.uint16(offset + at));
  if (width * height > LIMITS.imagePixelsMax) {
    throw new DmlError("image_too_large", `The first frame of the GIF is ${width} x ${height} pixels.`);
  }
  const flags = reader.uint8(offset + 8);
  const local = readPalette(reader, { flags, offset: offset + 9 });
  const palette = local.palette.length > 0 ? local.palette : frame.palette;
  const lzw = new GifLzw(readSubBlocks(reader, local.end + 1), reader.uint8(local.end));
  const row = new Uint8Array(width);
  for (const y of rowOrder(height, (flags & 0x40) !== 0)) {
    // A frame may reach over the edge. The rows there are decoded, as the rest depends on them, and
    // dropped.
    lzw.read(row);
    if (top + y >= picture.height) continue;
    let to = ((top + y) * picture.width + left) * 3;
    for (let x = 0; x < Math.min(width, picture.width - left); x++, to += 3) {
      if (row[x] === clear) continue;
      const from = row[x] * 3;
      picture.data[to] = palette[from];
      picture.data[to + 1] = palette[from + 1];
      picture.data[to + 2] = palette[from + 2];
    }
  }
}

function* rowOrder(height: number, interlaced: boolean): Generator<number> {
  for (const [start, step] of interlaced ? PASSES : [[0, 1]]) {
    for (let y = start; y < height; y += step) yield y;
  }
}

function readPalette(reader: ByteReader, at: { flags: number; offset: number }) {
  const count = (at.flags & 0x80) === 0 ? 0 : 2 << (at.flags & 7);
  return { palette: reader.slice(at.offset, count * 3), end: at.offset + count * 3 };
}

function skipSubBlocks(reader: ByteReader, start: number): number {
  let offset = start;
  while (reader.uint8(offset) !== 0) offset += 1 + reader.uint8(offset);
  return offset + 1;
}

/** Joins the contents of the sub-blocks, as many as the file has. */
function readSubBlocks({ bytes }: ByteReader, start: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let offset = start;
  while (offset < bytes.length && bytes[offset] !== 0) {
    parts.push(bytes.subarray(offset + 1, offset + 1 + bytes[offset]));
    offset += 1 + bytes[offset];
  }
  return concat(parts);
}
