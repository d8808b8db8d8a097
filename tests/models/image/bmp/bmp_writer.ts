import { concat } from "../../../../protocol/kernel/concat.ts";
import { uint16le, uint32le } from "../byte_writer.ts";
import { letters } from "../heic/heic_writer.ts";

/** Options of {@linkcode makeBmp}. */
export interface BmpOptions {
  readonly width: number;
  /** Below 0 if the first row is the top one. */
  readonly height: number;
  readonly depth: number;
  /** The number that a pixel is stored as. */
  readonly pixelAt: (x: number, y: number) => number;
  /** R, G, B of each palette entry. */
  readonly palette?: readonly (readonly number[])[];
  /** 12 of OS/2 1, 16 or 64 of OS/2 2, 40, 52, 56, 108 or 124 of Windows; 40 by default. */
  readonly headerBytes?: number;
  /** 0 none, 1 RLE8, 2 RLE4, 3 masks, 6 masks with alpha, and others that are not read. */
  readonly compression?: number;
  /** Masks of red, green, blue and alpha. */
  readonly masks?: readonly number[];
  /** Pixels as they are in the file, instead of those of `pixelAt`. */
  readonly packed?: Uint8Array;
  /** Offset of the pixels in the header; by default the true one. */
  readonly pixelsAt?: number;
}

/** A BMP. */
export function makeBmp(options: BmpOptions): Uint8Array<ArrayBuffer> {
  const { headerBytes = 40, masks = [], palette = [], packed = packRows(options) } = options;
  const header = headerBytes === 12 ? coreHeader(options) : infoHeader(options, headerBytes);
  const masksBehind = headerBytes === 40 ? concat(masks.map((mask) => uint32le(mask))) : new Uint8Array();
  const colours = concat(
    palette.map(([red, green, blue]) => Uint8Array.of(blue, green, red, ...(headerBytes === 12 ? [] : [0]))),
  );
  const pixelsAt = 14 + headerBytes + masksBehind.length + colours.length;
  const start = [
    letters("BM"),
    uint32le(pixelsAt + packed.length),
    uint32le(0),
    uint32le(options.pixelsAt ?? pixelsAt),
  ];
  return concat([...start, header, masksBehind, colours, packed]);
}

function coreHeader({ width, height, depth }: BmpOptions): Uint8Array {
  return concat([uint32le(12), uint16le(width), uint16le(height), uint16le(1), uint16le(depth)]);
}

function infoHeader({ width, height, depth, compression = 0, masks = [], palette = [] }: BmpOptions, length: number) {
  const header = new Uint8Array(Math.max(length, 40));
  header.set(concat([uint32le(length), uint32le(width), uint32le(height), uint16le(1), uint16le(depth)]));
  header.set(uint32le(compression), 16);
  header.set(uint32le(palette.length), 32);
  if (length >= 52) masks.forEach((mask, index) => header.set(uint32le(mask), 40 + index * 4));
  return header.subarray(0, length);
}

/** The rows, each filled up to a multiple of 4 bytes. */
function packRows({ width, height, depth, pixelAt }: BmpOptions): Uint8Array {
  const rows = Math.abs(height);
  const packed: Uint8Array[] = [];
  for (let index = 0; index < rows; index++) {
    const y = height < 0 ? index : rows - 1 - index;
    const row = new Uint8Array(Math.ceil((width * depth) / 32) * 4);
    for (let x = 0; x < width; x++) {
      const pixel = pixelAt(x, y);
      if (depth >= 8) row.set(uint32le(pixel).subarray(0, depth / 8), (x * depth) / 8);
      else row[(x * depth) >> 3] |= pixel << (8 - depth - ((x * depth) & 7));
    }
    packed.push(row);
  }
  return concat(packed);
}

/** `0xAARRGGBB` of a colour. */
export function argb([red, green, blue]: readonly number[], alpha = 255): number {
  return ((alpha << 24) | (red << 16) | (green << 8) | blue) >>> 0;
}
