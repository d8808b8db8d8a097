import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ByteReader } from "../byte_reader.ts";
import { readExifOrientation } from "../jpeg/exif.ts";
import type { Measures } from "../image_header.ts";

/** Channels of a pixel, by PNG colour type. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** The contents of the chunks of a PNG; of the pixels only where they are. */
export interface PngHeader extends Measures {
  /** Bits of one sample. */
  readonly depth: number;
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  /** Samples a pixel. */
  readonly channels: number;
  readonly interlaced: boolean;
  /** R, G, B of each palette entry; empty without one. */
  readonly palette: Uint8Array;
  /**
   * The `tRNS` chunk: the alpha of the palette's entries, or the one colour that is transparent;
   * empty without one.
   */
  readonly transparency: Uint8Array;
  /** The parts of the zlib stream that holds the pixels. */
  readonly pixelParts: readonly Uint8Array[];
}

/** Reads the chunks of a PNG (PNG specification, third edition); throws `image_unreadable`. */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const reader = new ByteReader(bytes);
  if (reader.ascii(12, 4) !== "IHDR") throw damaged("does not begin with its header");
  const colourType = toColourType(reader.uint8(25));
  const header = {
    width: reader.uint32(16),
    height: reader.uint32(20),
    depth: reader.uint8(24),
    colourType,
    channels: CHANNELS[colourType],
    interlaced: reader.uint8(28) === 1,
  };
  if (!DEPTHS[colourType].includes(header.depth)) {
    throw damaged(`has ${header.depth} bits a channel, which its colours do not allow`);
  }
  if (reader.uint8(26) !== 0 || reader.uint8(27) !== 0 || reader.uint8(28) > 1) {
    throw damaged("is stored in a way that PNG does not have");
  }
  return { ...header, ...readChunks(reader) };
}

function readChunks(reader: ByteReader) {
  const pixelParts: Uint8Array[] = [];
  let palette = new Uint8Array();
  let transparency = new Uint8Array();
  let exif = new Uint8Array();
  let offset = 33;
  // The chunks after the pixels are not needed: a file that lost its last chunk is still whole.
  while (offset + 8 <= reader.length) {
    const length = reader.uint32(offset);
    const type = reader.ascii(offset + 4, 4);
    if (type === "IEND") break;
    // A part that is cut short is kept: inflating it shows how much is missing.
    const content = reader.bytes.subarray(offset + 8, offset + 8 + length);
    if (type === "IDAT") pixelParts.push(content);
    if (type === "PLTE") palette = Uint8Array.from(content);
    if (type === "tRNS") transparency = Uint8Array.from(content);
    if (type === "eXIf") exif = Uint8Array.from(content);
    offset += 12 + length;
  }
  return { pixelParts, palette, transparency, orientation: readExifOrientation(exif) };
}

function toColourType(value: number): PngHeader["colourType"] {
  if (value === 0 || value === 2 || value === 3 || value === 4 || value === 6) return value;
  throw damaged(`has colours of type ${value}, which PNG does not have`);
}

function damaged(what: string): DmlError {
  return new DmlError("image_unreadable", `The PNG ${what}.`);
}
