import { DmlError } from "../../../protocol/kernel/errors.ts";
import { concat } from "../../../protocol/kernel/concat.ts";
import type { ByteReader } from "../byte_reader.ts";
import { readJpegHeader } from "../jpeg/header.ts";
import type { Picture } from "../picture.ts";
import { PHOTOMETRIC, type TiffLayout } from "./layout.ts";

/** Decodes a JPEG as it is stored. */
export type JpegDecode = (bytes: Uint8Array) => Promise<Picture>;

const START = Uint8Array.of(0xff, 0xd8);
/** Length of the marker that begins or ends a JPEG. */
const MARKER_BYTES = 2;
/** An Adobe marker up to the number that says whether the colours are RGB (0) or YCbCr (1). */
const ADOBE = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0];

/**
 * Decodes a page whose strips or tiles are JPEGs, which share their tables (TIFF Technical Note 2).
 * Throws `image_unreadable` or `image_unsupported`.
 */
export async function decodeJpegTiles(
  reader: ByteReader,
  layout: TiffLayout,
  decodeJpeg: JpegDecode,
): Promise<Picture> {
  const { width, height, tileWidth, tileHeight } = layout;
  const data = new Uint8Array(width * height * 3);
  let index = 0;
  for (let top = 0; top < height; top += tileHeight) {
    for (let left = 0; left < width; left += tileWidth, index++) {
      const jpeg = wholeJpeg(reader.slice(layout.offsets[index], layout.byteCounts[index]), layout);
      const [columns, rows] = [Math.min(tileWidth, width - left), Math.min(tileHeight, height - top)];
      const size = readJpegHeader(jpeg);
      if (size.width !== tileWidth || size.height < rows || size.height > tileHeight) {
        throw new DmlError("image_unreadable", "The TIFF holds a JPEG of another size than it says.");
      }
      const tile = await decodeJpeg(jpeg);
      for (let y = 0; y < rows; y++) {
        const from = y * tile.width * 3;
        data.set(tile.data.subarray(from, from + columns * 3), ((top + y) * width + left) * 3);
      }
    }
  }
  if (layout.photometric === PHOTOMETRIC.whiteIsZero) data.forEach((level, at) => data[at] = 255 - level);
  return { width, height, data };
}

/** Makes a JPEG of a strip or tile, with the shared tables and the colours that the TIFF says. */
function wholeJpeg(tile: Uint8Array, { jpegTables, photometric, samples }: TiffLayout): Uint8Array {
  const hasEnd = jpegTables.at(-2) === 0xff && jpegTables.at(-1) === 0xd9;
  const tables = jpegTables.subarray(MARKER_BYTES, jpegTables.length - (hasEnd ? MARKER_BYTES : 0));
  const colours = samples === 3 ? [...ADOBE, photometric === PHOTOMETRIC.rgb ? 0 : 1] : [];
  return concat([START, Uint8Array.from(colours), tables, tile.subarray(MARKER_BYTES)]);
}
