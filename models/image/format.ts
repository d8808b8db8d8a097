import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { FORMATS, type ImageFormat } from "./formats.ts";
import type { Measures } from "./image_header.ts";
import { describeUnknown, sniffFormat } from "./sniff.ts";

/** The format, size and orientation of a picture. */
export interface ImageHeader extends Measures {
  readonly format: ImageFormat;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Returns the format, size and orientation of a picture, before anything is decoded or allocated
 * for it. Throws `image_empty`, `image_too_large`, `image_unsupported` (which says what the bytes
 * look like) and `image_unreadable`.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length === 0) throw new DmlError("image_empty", "The picture has no bytes.");
  if (bytes.length > LIMITS.imageBytesMax) {
    const [size, limit] = [bytes.length, LIMITS.imageBytesMax].map((count) => Math.ceil(count / MEBIBYTE));
    throw new DmlError("image_too_large", `The picture has ${size} MiB, more than ${limit} MiB.`);
  }
  const format = sniffFormat(bytes);
  if (format === null) {
    throw new DmlError(
      "image_unsupported",
      `The bytes are no picture that dml reads; ${describeUnknown(bytes)}.`,
    );
  }
  const measures = FORMATS[format].readHeader(bytes);
  checkSize(measures);
  return {
    format,
    width: measures.width,
    height: measures.height,
    orientation: measures.orientation,
  };
}

function checkSize({ width, height }: Measures): void {
  if (width < 1 || height < 1) {
    throw new DmlError("image_unreadable", `The picture claims to be ${width} x ${height} pixels.`);
  }
  const tooLong = Math.max(width, height) > LIMITS.imageSideMax;
  if (!tooLong && width * height <= LIMITS.imagePixelsMax) return;
  throw new DmlError(
    "image_too_large",
    `The picture is ${width} x ${height} pixels; at most ${LIMITS.imageSideMax} a side and ` +
      `${LIMITS.imagePixelsMax / 1_000_000} million in all are read.`,
  );
}
