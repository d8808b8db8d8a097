import { ByteReader } from "../byte_reader.ts";
import type { Picture } from "../picture.ts";
import { onWhite } from "../samples.ts";
import { type BmpLayout, type ChannelBits, readBmpLayout } from "./layout.ts";
import { unpackRuns } from "./run_length.ts";

/**
 * Decodes a BMP of 1 to 32 bits a pixel, plain or run-length coded, with transparency on white.
 * Throws `image_unreadable` or `image_unsupported`.
 */
export function decodeBmp(bytes: Uint8Array): Picture {
  const layout = readBmpLayout(bytes);
  const { width, height, depth, packing } = layout;
  const packed = new ByteReader(bytes).slice(layout.pixelsAt, bytes.length - layout.pixelsAt);
  const isPacked = packing !== "none";
  const rowBytes = isPacked ? width : Math.ceil((width * depth) / 32) * 4;
  // The last row may lack the bytes that only fill it up.
  const needed = rowBytes * (height - 1) + Math.ceil((width * depth) / 8);
  const rows = isPacked ? unpackRuns(packed, layout) : new ByteReader(packed).slice(0, needed);
  const data = new Uint8Array(width * height * 3);
  const readRow = rowReader(bytes, layout);
  for (let index = 0; index < height; index++) {
    const y = layout.isTopDown ? index : height - 1 - index;
    const row = rows.subarray(index * rowBytes, (index + 1) * rowBytes);
    readRow(row, data.subarray(y * width * 3, (y + 1) * width * 3));
  }
  if (layout.channels[3].count > 0) putOnWhite(rows, { layout, rowBytes, data });
  return { width, height, data };
}

/** Returns the function that converts a row of the file to R, G, B. */
function rowReader(bytes: Uint8Array, layout: BmpLayout): (row: Uint8Array, target: Uint8Array) => void {
  if (layout.depth === 24) return reverseChannels;
  if (layout.depth > 8) return maskReader(layout);
  const colours = readPalette(bytes, layout);
  const depth = layout.packing === "none" ? layout.depth : 8;
  return (row, target) => {
    for (let x = 0, to = 0; to < target.length; x++, to += 3) {
      const bit = x * depth;
      const index = (row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
      target[to] = colours[index * 3];
      target[to + 1] = colours[index * 3 + 1];
      target[to + 2] = colours[index * 3 + 2];
    }
  };
}

function reverseChannels(row: Uint8Array, target: Uint8Array): void {
  for (let at = 0; at < target.length; at += 3) {
    target[at] = row[at + 2];
    target[at + 1] = row[at + 1];
    target[at + 2] = row[at];
  }
}

function maskReader({ depth, channels }: BmpLayout): (row: Uint8Array, target: Uint8Array) => void {
  const levels = channels.slice(0, 3).map(levelTable);
  const pixelBytes = depth / 8;
  return (row, target) => {
    for (let from = 0, to = 0; to < target.length; from += pixelBytes, to += 3) {
      const pixel = readPixel(row, from, pixelBytes);
      for (let channel = 0; channel < 3; channel++) {
        const { shift, count } = channels[channel];
        target[to + channel] = levelOf(pixel, { shift, count }, levels[channel]);
      }
    }
  };
}

function readPixel(row: Uint8Array, at: number, length: number): number {
  const low = row[at] | (row[at + 1] << 8);
  return length === 2 ? low : low | (row[at + 2] << 16) | (row[at + 3] << 24);
}

/** Returns the level of 0..255 for each value that a channel of up to 8 bits can have. */
function levelTable({ count }: ChannelBits): Uint8Array {
  const largest = 2 ** Math.min(count, 8) - 1;
  return Uint8Array.from(
    { length: largest + 1 },
    (_, value) => largest === 0 ? 0 : Math.round((value * 255) / largest),
  );
}

/** Returns the level of a channel; of more than 8 bits the upper 8 count. */
function levelOf(pixel: number, { shift, count }: ChannelBits, levels: Uint8Array): number {
  const extra = Math.max(0, count - 8);
  return levels[(pixel >>> (shift + extra)) & (levels.length - 1)];
}

/** Reads the palette as R, G, B; entries that the file lacks are black. */
function readPalette(bytes: Uint8Array, { depth, palette }: BmpLayout): Uint8Array {
  const colours = new Uint8Array((1 << Math.max(depth, 1)) * 3);
  for (let index = 0; index < palette.count; index++) {
    const at = palette.at + index * palette.entryBytes;
    if (at + 3 > bytes.length) break;
    colours.set([bytes[at + 2], bytes[at + 1], bytes[at]], index * 3);
  }
  return colours;
}

/**
 * Puts the colours in `data` on white by their alpha. A picture that is transparent everywhere is
 * taken to be opaque: many programs announce alpha and leave it 0.
 */
function putOnWhite(
  rows: Uint8Array,
  { layout, rowBytes, data }: { layout: BmpLayout; rowBytes: number; data: Uint8Array },
): void {
  const { width, height, isTopDown } = layout;
  const bits = layout.channels[3];
  const levels = levelTable(bits);
  const pixelBytes = layout.depth / 8;
  const alphaAt = (x: number, y: number) => {
    const row = isTopDown ? y : height - 1 - y;
    return levelOf(readPixel(rows, row * rowBytes + x * pixelBytes, pixelBytes), bits, levels);
  };
  let isVisible = false;
  for (let y = 0; y < height && !isVisible; y++) {
    for (let x = 0; x < width && !isVisible; x++) isVisible = alphaAt(x, y) > 0;
  }
  if (!isVisible) return;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const alpha = alphaAt(x, y);
      const at = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel++) data[at + channel] = onWhite(data[at + channel], alpha);
    }
  }
}
