import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ByteReader } from "../byte_reader.ts";
import { crc32 } from "../crc32.ts";
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

/** Offset of the first chunk, the header. */
const FIRST_CHUNK = 8;
/** The length, the type and the checksum of a chunk. */
const CHUNK_FRAME_BYTES = 12;

const FLAW = {
  header: "The PNG has a header with a wrong checksum; its pixels can be read.",
  critical: "The PNG has a chunk with a wrong checksum; its pixels can be read.",
  ancillary: "The PNG has a damaged chunk beside its pixels, which is ignored.",
  end: "The PNG lacks its end; nothing of the picture is missing.",
} as const;

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
  /** One sentence on what is wrong with the chunks; `null` if nothing is. */
  readonly flaw: string | null;
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
  let flaw: string | null = readChunk(reader, FIRST_CHUNK).isSound ? null : FLAW.header;
  let offset = FIRST_CHUNK + CHUNK_FRAME_BYTES + 13;
  let hasEnd = false;
  // The chunks after the pixels are not needed: a file that lost its last chunk is still whole.
  while (offset + 8 <= reader.length && !hasEnd) {
    const { type, content, isSound } = readChunk(reader, offset);
    hasEnd = type === "IEND";
    // As libpng does, a damaged chunk is ignored if a picture can do without it.
    const isIgnored = !isSound && isAncillary(type);
    if (!isSound) flaw ??= isIgnored ? FLAW.ancillary : FLAW.critical;
    // A part that is cut short is kept: inflating it shows how much is missing.
    if (type === "IDAT") pixelParts.push(content);
    if (type === "PLTE") palette = Uint8Array.from(content);
    if (type === "tRNS" && !isIgnored) transparency = Uint8Array.from(content);
    if (type === "eXIf" && !isIgnored) exif = Uint8Array.from(content);
    offset += CHUNK_FRAME_BYTES + content.length;
  }
  if (!hasEnd) flaw ??= FLAW.end;
  return { pixelParts, palette, transparency, orientation: readExifOrientation(exif), flaw };
}

/**
 * Returns the chunk at `offset`; it is sound if it is whole and has the checksum that it says. That
 * of pixels is not read: their zlib stream has one of its own.
 */
function readChunk(reader: ByteReader, offset: number) {
  const length = reader.uint32(offset);
  const checked = reader.bytes.subarray(offset + 4, offset + 8 + length);
  const end = offset + 8 + length;
  const type = reader.ascii(offset + 4, 4);
  const isSound = end + 4 <= reader.length && (type === "IDAT" || reader.uint32(end) === crc32(checked));
  return { type, content: checked.subarray(4), isSound };
}

/** Returns true for a chunk that a decoder may ignore: its type begins with a small letter. */
function isAncillary(type: string): boolean {
  return type >= "a";
}

function toColourType(value: number): PngHeader["colourType"] {
  if (value === 0 || value === 2 || value === 3 || value === 4 || value === 6) return value;
  throw damaged(`has colours of type ${value}, which PNG does not have`);
}

function damaged(what: string): DmlError {
  return new DmlError("image_unreadable", `The PNG ${what}.`);
}
