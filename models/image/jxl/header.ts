import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { concat } from "../../../protocol/kernel/concat.ts";
import { ByteReader } from "../byte_reader.ts";
import { exchangesSides, toOrientation } from "../geometry/orientation.ts";
import type { Measures } from "../image_header.ts";
import { readBoxes } from "../isobmff/boxes.ts";
import { BitReader, bitsFrom, type NumberForms, value } from "./bit_reader.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Bytes of the codestream that its headers take at most. */
const HEADER_BYTES_MAX = 16_384;

/** Ratios of width to height that take the place of a width, from number 1. */
const RATIOS: readonly (readonly [number, number])[] = [[1, 1], [12, 10], [4, 3], [3, 2], [16, 9], [5, 4], [2, 1]];

const SIDE: NumberForms = [bitsFrom(1, 9), bitsFrom(1, 13), bitsFrom(1, 18), bitsFrom(1, 30)];
const PREVIEW_SIDE: NumberForms = [bitsFrom(1, 6), bitsFrom(65, 8), bitsFrom(321, 10), bitsFrom(1345, 12)];
const PREVIEW_EIGHTHS: NumberForms = [value(16), value(32), bitsFrom(1, 5), bitsFrom(33, 9)];
const TICKS: NumberForms = [value(100), value(1000), bitsFrom(1, 10), bitsFrom(1, 30)];
const TICKS_DIVISOR: NumberForms = [value(1), value(1001), bitsFrom(1, 8), bitsFrom(1, 10)];
const LOOPS: NumberForms = [value(0), bitsFrom(0, 3), bitsFrom(0, 16), bitsFrom(0, 32)];
const SAMPLE_BITS: NumberForms = [value(8), value(10), value(12), bitsFrom(1, 6)];
const CHANNELS: NumberForms = [value(0), value(1), bitsFrom(2, 4), bitsFrom(1, 12)];
const CHANNEL_TYPE: NumberForms = [value(0), value(1), bitsFrom(2, 4), bitsFrom(18, 6)];
const CHANNEL_SHIFT: NumberForms = [value(0), value(3), value(4), bitsFrom(1, 3)];
const NAME_LENGTH: NumberForms = [value(0), bitsFrom(0, 4), bitsFrom(16, 5), bitsFrom(48, 10)];
const CFA_CHANNEL: NumberForms = [value(1), bitsFrom(0, 2), bitsFrom(3, 4), bitsFrom(19, 8)];

/** Types of the channels beside the colours. */
const CHANNEL = { alpha: 0, spotColour: 2, black: 4, cfa: 5 } as const;

/**
 * Reads the size of a JPEG XL, upright as its decoder returns it, from its codestream or container
 * (ISO/IEC 18181-1, D.2 and D.3; 18181-2). Throws `image_unreadable`, or `image_too_large`, or
 * `image_unsupported` for CMYK.
 */
export function readJxlHeader(bytes: Uint8Array): Measures {
  const codestream = codestreamOf(bytes);
  if (codestream[0] !== 0xff || codestream[1] !== 0x0a) {
    throw new DmlError("image_unreadable", "The JPEG XL does not begin with a picture.");
  }
  const reader = new BitReader(codestream.subarray(2));
  const { width, height } = readSize(reader);
  const { orientation, hasBlack } = readMetadata(reader);
  if (hasBlack) throw new DmlError("image_unsupported", "The JPEG XL is CMYK.");
  const isTurned = exchangesSides(toOrientation(orientation));
  const shown = isTurned ? { width: height, height: width } : { width, height };
  if (width * height > LIMITS.jxlPixelsMax) {
    throw new DmlError(
      "image_too_large",
      `The JPEG XL is ${shown.width} x ${shown.height} pixels; at most ${LIMITS.jxlPixelsMax / 1_000_000} million ` +
        "are read of that format.",
    );
  }
  return { ...shown, orientation: 1 };
}

/** Returns the beginning of the codestream, which a container may hold in several parts. */
function codestreamOf(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xff) return bytes.subarray(0, HEADER_BYTES_MAX);
  const parts: Uint8Array[] = [];
  for (const { type, content } of readBoxes(new ByteReader(bytes), 0)) {
    if (type === "jxlc") parts.push(content.bytes.subarray(0, HEADER_BYTES_MAX));
    // The number of the part comes before it.
    else if (type === "jxlp") parts.push(content.bytes.subarray(4, 4 + HEADER_BYTES_MAX));
  }
  return concat(parts).subarray(0, HEADER_BYTES_MAX);
}

function readSize(reader: BitReader): Size {
  const isInEighths = reader.flag();
  const side = () => isInEighths ? (reader.bits(5) + 1) * 8 : reader.number(SIDE);
  return readRatio(reader, side);
}

/** Reads a height, then a width or the ratio that gives it. */
function readRatio(reader: BitReader, side: () => number): Size {
  const height = side();
  const ratio = reader.bits(3);
  if (ratio === 0) return { width: side(), height };
  const [across, down] = RATIOS[ratio - 1];
  return { width: Math.floor((height * across) / down), height };
}

/** Reads what `ImageMetadata` says up to the channels. */
function readMetadata(reader: BitReader): { orientation: number; hasBlack: boolean } {
  const isDefault = reader.flag();
  if (isDefault) return { orientation: 1, hasBlack: false };
  const hasMore = reader.flag();
  const orientation = hasMore ? reader.bits(3) + 1 : 1;
  if (hasMore) skipPresentation(reader);
  skipBitDepth(reader);
  reader.skip(1);
  const count = reader.number(CHANNELS);
  let hasBlack = false;
  for (let index = 0; index < count && !hasBlack; index++) hasBlack = readChannelType(reader) === CHANNEL.black;
  return { orientation, hasBlack };
}

/** Skips the intended size, the preview's size and the timing of an animation. */
function skipPresentation(reader: BitReader): void {
  if (reader.flag()) readSize(reader);
  if (reader.flag()) {
    const isInEighths = reader.flag();
    readRatio(reader, () => reader.number(isInEighths ? PREVIEW_EIGHTHS : PREVIEW_SIDE));
  }
  if (!reader.flag()) return;
  for (const forms of [TICKS, TICKS_DIVISOR, LOOPS]) reader.number(forms);
  reader.skip(1);
}

function skipBitDepth(reader: BitReader): void {
  const isFloat = reader.flag();
  // The forms of floating point have other values, but the same bits.
  reader.number(SAMPLE_BITS);
  if (isFloat) reader.skip(4);
}

/** Returns the type of the next channel and skips the rest of its description. */
function readChannelType(reader: BitReader): number {
  const isDefault = reader.flag();
  if (isDefault) return CHANNEL.alpha;
  const type = reader.number(CHANNEL_TYPE);
  skipBitDepth(reader);
  reader.number(CHANNEL_SHIFT);
  reader.skip(reader.number(NAME_LENGTH) * 8);
  if (type === CHANNEL.alpha) reader.skip(1);
  if (type === CHANNEL.spotColour) reader.skip(64);
  if (type === CHANNEL.cfa) reader.number(CFA_CHANNEL);
  return type;
}
