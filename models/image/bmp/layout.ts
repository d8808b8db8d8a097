import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ByteReader } from "../byte_reader.ts";

/** The bits of one channel in a pixel: how far they are from the lowest, and how many they are. */
export interface ChannelBits {
  readonly shift: number;
  readonly count: number;
}

/** The layout of a BMP (Windows GDI, BITMAPFILEHEADER and BITMAPCOREHEADER to BITMAPV5HEADER). */
export interface BmpLayout {
  readonly width: number;
  readonly height: number;
  /** True if the first row is the top one. */
  readonly isTopDown: boolean;
  /** Bits a pixel: 1, 2, 4, 8, 16, 24 or 32. */
  readonly depth: number;
  readonly packing: "none" | "rle8" | "rle4";
  /** Red, green, blue and alpha of 16 and 32 bits a pixel; alpha has no bits if there is none. */
  readonly channels: readonly [ChannelBits, ChannelBits, ChannelBits, ChannelBits];
  /** Offset of the pixels in the file. */
  readonly pixelsAt: number;
  /** Offset of the palette, and its length in entries of `entryBytes`: blue, green, red. */
  readonly palette: { readonly at: number; readonly count: number; readonly entryBytes: 3 | 4 };
}

const FILE_HEADER_BYTES = 14;
/** Bytes of BITMAPCOREHEADER, whose sizes have 16 bits. */
const CORE_HEADER_BYTES = 12;
/** Lengths of BITMAPINFOHEADER and its successors; others between 16 and 64 are of OS/2. */
const WINDOWS_HEADER_BYTES: readonly number[] = [40, 52, 56, 108, 124];

const COMPRESSION = { none: 0, rle8: 1, rle4: 2, masks: 3, masksWithAlpha: 6 } as const;

/** The compressions of Windows that dml does not read. */
const REFUSED: Readonly<Record<number, string>> = {
  4: "holds a JPEG",
  5: "holds a PNG",
  11: "is CMYK",
  12: "is CMYK",
  13: "is CMYK",
};

const DEPTHS: readonly number[] = [1, 2, 4, 8, 16, 24, 32];

/**
 * Reads the layout of a BMP from its headers. Throws `image_unreadable`, or `image_unsupported`,
 * which says what kind of BMP it is.
 */
export function readBmpLayout(bytes: Uint8Array): BmpLayout {
  const reader = new ByteReader(bytes, { littleEndian: true });
  const headerBytes = reader.uint32(FILE_HEADER_BYTES);
  if (headerBytes === CORE_HEADER_BYTES) return readCore(reader);
  if (headerBytes < 16 || (headerBytes > 64 && !WINDOWS_HEADER_BYTES.includes(headerBytes))) {
    throw new DmlError("image_unreadable", `The BMP has a header of ${headerBytes} bytes, which no version has.`);
  }
  const height = int32(reader, 22);
  const depth = reader.uint16(28);
  // OS/2 may end the header after the depth.
  const optional = (offset: number) => headerBytes >= offset - FILE_HEADER_BYTES + 4 ? reader.uint32(offset) : 0;
  const compression = optional(30);
  checkKind({ compression, depth, isWindows: WINDOWS_HEADER_BYTES.includes(headerBytes) });
  const maskCount = compression === COMPRESSION.masks ? 3 : compression === COMPRESSION.masksWithAlpha ? 4 : 0;
  const masksBehind = headerBytes === 40 ? maskCount * 4 : 0;
  const paletteAt = FILE_HEADER_BYTES + headerBytes + masksBehind;
  return {
    width: int32(reader, 18),
    height: Math.abs(height),
    isTopDown: height < 0,
    depth,
    packing: compression === COMPRESSION.rle8 ? "rle8" : compression === COMPRESSION.rle4 ? "rle4" : "none",
    channels: maskCount === 0 ? usualChannels(depth) : readChannels(reader, { maskCount, headerBytes }),
    pixelsAt: pixelsAt(reader, headerBytes),
    palette: { at: paletteAt, count: paletteLength(depth, optional(46)), entryBytes: 4 },
  };
}

function readCore(reader: ByteReader): BmpLayout {
  const depth = reader.uint16(24);
  checkKind({ compression: COMPRESSION.none, depth, isWindows: true });
  return {
    width: reader.uint16(18),
    height: reader.uint16(20),
    isTopDown: false,
    depth,
    packing: "none",
    channels: usualChannels(depth),
    pixelsAt: pixelsAt(reader, CORE_HEADER_BYTES),
    palette: { at: FILE_HEADER_BYTES + CORE_HEADER_BYTES, count: paletteLength(depth, 0), entryBytes: 3 },
  };
}

function pixelsAt(reader: ByteReader, headerBytes: number): number {
  const offset = reader.uint32(10);
  if (offset >= FILE_HEADER_BYTES + headerBytes) return offset;
  throw new DmlError("image_unreadable", "The BMP says that its pixels begin within its header.");
}

function checkKind(
  { compression, depth, isWindows }: { compression: number; depth: number; isWindows: boolean },
): void {
  if (!DEPTHS.includes(depth)) throw unsupported(`has ${depth} bits a pixel`);
  if (compression === COMPRESSION.none) return;
  if (compression === COMPRESSION.rle8 && depth === 8) return;
  if (compression === COMPRESSION.rle4 && depth === 4) return;
  const hasMasks = compression === COMPRESSION.masks || compression === COMPRESSION.masksWithAlpha;
  if (isWindows && hasMasks && (depth === 16 || depth === 32)) return;
  throw unsupported(isWindows && REFUSED[compression] || `packs ${depth} bits a pixel by method ${compression}`);
}

/** Returns the number of palette entries: as many as are used, or as there can be. */
function paletteLength(depth: number, used: number): number {
  if (depth > 8) return 0;
  return used === 0 ? 1 << depth : Math.min(used, 1 << depth);
}

/** Returns the bits of pixels without masks: 5 a channel of 16, 8 a channel of 32, no alpha. */
function usualChannels(depth: number): BmpLayout["channels"] {
  const count = depth === 16 ? 5 : 8;
  const channel = (index: number) => ({ shift: index * count, count });
  return [channel(2), channel(1), channel(0), { shift: 0, count: 0 }];
}

/** Reads the masks, which stand at the same place in the header or right behind it. */
function readChannels(
  reader: ByteReader,
  { maskCount, headerBytes }: { maskCount: number; headerBytes: number },
): BmpLayout["channels"] {
  const channel = (index: number) => bitsOf(reader.uint32(FILE_HEADER_BYTES + 40 + index * 4));
  const hasAlpha = maskCount === 4 || headerBytes >= 56;
  return [channel(0), channel(1), channel(2), hasAlpha ? channel(3) : { shift: 0, count: 0 }];
}

/** Returns the place of the bits in a mask; throws `image_unsupported` if they have gaps. */
function bitsOf(mask: number): ChannelBits {
  if (mask === 0) return { shift: 0, count: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  const count = 32 - Math.clz32(mask) - shift;
  if ((mask >>> shift) === 2 ** count - 1) return { shift, count };
  throw unsupported("mixes the bits of its channels");
}

function int32(reader: ByteReader, offset: number): number {
  return reader.uint32(offset) | 0;
}

function unsupported(predicate: string): DmlError {
  return new DmlError("image_unsupported", `The BMP ${predicate}.`);
}
