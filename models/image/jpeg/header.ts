import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { ByteReader } from "../byte_reader.ts";
import { readExifOrientation } from "./exif.ts";
import type { Measures } from "../image_header.ts";
import { MARKER, MARKER_START } from "./marker.ts";
import type { Orientation } from "../geometry/orientation.ts";

/**
 * Maximum number of scans of a progressive JPEG; a crafted file with thousands would keep a worker
 * busy for minutes.
 */
const SCANS_MAX = 500;

/**
 * Frame types that are decoded: baseline, extended and progressive with Huffman coding, and the
 * latter two with arithmetic coding (T.81, table B.1).
 */
const DECODED_FRAMES = [0xc0, 0xc1, 0xc2, 0xc9, 0xca];

/** The contents of the segments before a JPEG's first scan. */
export interface JpegHeader extends Measures {
  /** 1 grey, 3 colour, 4 CMYK or YCCK. */
  readonly components: number;
  readonly progressive: boolean;
  /** True for arithmetic coding, false for Huffman coding. */
  readonly arithmetic: boolean;
  /** True if an Adobe marker states how the colours are stored. */
  readonly adobe: boolean;
  /** Offset of the first scan's marker. */
  readonly scanOffset: number;
}

/**
 * Reads a JPEG up to its first scan (ITU-T T.81, annex B); throws `image_unreadable` or
 * `image_unsupported`.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const reader = new ByteReader(bytes);
  let orientation: Orientation | null = null;
  let adobe = false;
  let frame: ReturnType<typeof readFrame> | null = null;
  let offset = 2;
  for (;;) {
    offset = nextMarker(reader, offset);
    const marker = reader.uint8(offset);
    if (marker === MARKER.startOfScan) break;
    if (marker === MARKER.endOfImage) {
      throw new DmlError("image_unreadable", "The JPEG ends before its picture begins.");
    }
    if (isStandalone(marker)) {
      offset += 1;
      continue;
    }
    const length = reader.uint16(offset + 1);
    const segment = reader.slice(offset + 3, Math.max(0, length - 2));
    if (marker === MARKER.application1 && startsWith(segment, "Exif\0")) {
      // Browsers use the first of several EXIF segments.
      orientation ??= readExifOrientation(segment);
    }
    if (marker === MARKER.application14 && startsWith(segment, "Adobe")) adobe = true;
    if (isFrame(marker)) frame ??= readFrame(segment, marker);
    offset += 1 + Math.max(2, length);
  }
  if (frame === null) {
    throw new DmlError("image_unreadable", "The JPEG does not say how large its picture is.");
  }
  const scanOffset = offset - 1;
  if (frame.progressive) checkScans(bytes, frame, scanOffset);
  return { ...frame, orientation: orientation ?? 1, adobe, scanOffset };
}

function readFrame(segment: Uint8Array, marker: number) {
  if (!DECODED_FRAMES.includes(marker)) {
    const kind = (marker & 3) === 3 ? "lossless" : "hierarchical";
    throw new DmlError("image_unsupported", `The JPEG is of the ${kind} kind.`);
  }
  const reader = new ByteReader(segment);
  const precision = reader.uint8(0);
  if (precision !== 8) {
    throw new DmlError("image_unsupported", `The JPEG has ${precision} bits a channel, not 8.`);
  }
  return {
    height: reader.uint16(1),
    width: reader.uint16(3),
    components: reader.uint8(5),
    progressive: (marker & 3) === 2,
    arithmetic: marker > 0xc8,
  };
}

/** Returns the offset of the code byte of the next marker; skips fill bytes before it. */
function nextMarker(reader: ByteReader, offset: number): number {
  let at = offset;
  while (reader.uint8(at) !== MARKER_START) at++;
  while (reader.uint8(at) === MARKER_START) at++;
  return at;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function isStandalone(marker: number): boolean {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return [...text].every((letter, index) => segment[index] === letter.charCodeAt(0));
}

/**
 * Checks how much work the scans of a progressive JPEG are: each goes through all pixels of its
 * components once more, however few bytes it has.
 */
function checkScans(bytes: Uint8Array, { width, height }: { width: number; height: number }, start: number): void {
  let [scans, samples] = [0, 0];
  for (let at = bytes.indexOf(MARKER_START, start); at !== -1; at = bytes.indexOf(MARKER_START, at + 1)) {
    if (bytes[at + 1] !== MARKER.startOfScan) continue;
    const components = Math.max(1, bytes[at + 4] ?? 0);
    scans++;
    samples += width * height * components;
  }
  if (scans > SCANS_MAX) throw new DmlError("image_unsupported", `The JPEG has more than ${SCANS_MAX} scans.`);
  if (samples <= LIMITS.jpegScanSamplesMax) return;
  throw new DmlError(
    "image_too_large",
    `The JPEG has ${scans} scans of ${width} x ${height} pixels; ` +
      `at most ${LIMITS.jpegScanSamplesMax / 1e6} million pixels are read in all scans together.`,
  );
}
