import type { Picture } from "../picture.ts";
import { ByteReader } from "../byte_reader.ts";
import { tiffColours } from "./colours.ts";
import { TiffDirectory } from "./directory.ts";
import { unpackFax } from "./fax.ts";
import { decodeJpegTiles, type JpegDecode } from "./jpeg_tiles.ts";
import { isFax, JPEG_COMPRESSION, readTiffLayout, type TiffLayout } from "./layout.ts";
import { unpackTiff } from "./unpack.ts";

/**
 * Decodes the first page of a TIFF 6.0 file as it is stored: grey, palette, RGB or CMYK of 1 to 16
 * bits, in strips or tiles, plain or packed by LZW, Deflate, PackBits or as a fax; grey or colour
 * by JPEG, which `decodeJpeg` decodes. Throws `image_unreadable`, or `image_unsupported`, which
 * names the kind of file that it is instead.
 */
export async function decodeTiff(bytes: Uint8Array, decodeJpeg: JpegDecode): Promise<Picture> {
  const layout = readTiffLayout(TiffDirectory.read(bytes), bytes[0] === 0x49);
  const reader = new ByteReader(bytes);
  if (layout.compression === JPEG_COMPRESSION) return await decodeJpegTiles(reader, layout, decodeJpeg);
  const { width, height, tileWidth, tileHeight, samples } = layout;
  const target = new Uint8Array(width * height * samples);
  const rowBytes = Math.ceil((tileWidth * samplesOfTile(layout) * layout.depth) / 8);
  let index = 0;
  for (let plane = 0; plane < (layout.planar ? samples : 1); plane++) {
    for (let top = 0; top < height; top += tileHeight) {
      for (let left = 0; left < width; left += tileWidth, index++) {
        // The last strip ends with the picture; the last tile does not.
        const rows = tileWidth === width ? Math.min(tileHeight, height - top) : tileHeight;
        const packed = reader.slice(layout.offsets[index], layout.byteCounts[index]);
        const { compression } = layout;
        const tile = isFax(layout)
          ? unpackFax(packed, { ...layout.fax, compression, width: tileWidth, rows })
          : await unpackTiff(packed, { compression, length: rowBytes * rows });
        placeTile(layout, { tile, rowBytes, plane, left, top }, target);
      }
    }
  }
  return tiffColours(layout, target);
}

function samplesOfTile(layout: TiffLayout): number {
  return layout.planar ? 1 : layout.samples;
}

/**
 * Copies the part of a tile that lies in the picture, 16 bits cut to 8, into the samples of the
 * whole picture.
 */
function placeTile(
  layout: TiffLayout,
  tile: { tile: Uint8Array; rowBytes: number; plane: number; left: number; top: number },
  target: Uint8Array,
): void {
  const { width, height, samples, depth } = layout;
  const { rowBytes, plane, left, top } = tile;
  const own = samplesOfTile(layout);
  const columns = Math.min(layout.tileWidth, width - left);
  const rows = Math.min(layout.tileHeight, height - top);
  for (let y = 0; y < rows; y++) {
    const row = tile.tile.subarray(y * rowBytes, (y + 1) * rowBytes);
    if (layout.differences) undoDifferences(row, layout);
    let to = ((top + y) * width + left) * samples + plane;
    if (depth === 8 && own === samples) {
      target.set(row.subarray(0, columns * samples), to);
      continue;
    }
    const step = own === samples ? 1 : samples;
    for (let index = 0; index < columns * own; index++, to += step) {
      target[to] = readSample(row, index, layout);
    }
  }
}

/** Returns the sample of that index: the upper 8 of 16 bits, or all of fewer. */
function readSample(row: Uint8Array, index: number, layout: TiffLayout): number {
  const { depth, littleEndian } = layout;
  if (depth === 16) return row[index * 2 + (littleEndian ? 1 : 0)];
  if (depth === 8) return row[index];
  const bit = index * depth;
  return (row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

function undoDifferences(row: Uint8Array, layout: TiffLayout): void {
  const own = samplesOfTile(layout);
  if (layout.depth === 8) {
    for (let at = own; at < row.length; at++) row[at] += row[at - own];
    return;
  }
  const view = new DataView(row.buffer, row.byteOffset, row.length);
  for (let at = own * 2; at + 1 < row.length; at += 2) {
    const left = view.getUint16(at - own * 2, layout.littleEndian);
    view.setUint16(at, view.getUint16(at, layout.littleEndian) + left, layout.littleEndian);
  }
}
