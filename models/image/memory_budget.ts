import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Size } from "./geometry/geometry.ts";
import type { ImageFormat } from "./formats.ts";

/**
 * Memory that a plain JPEG takes for each of its pixels, in bytes, until its annotated picture is
 * encoded: 2.9 were measured for decoding one of 24 million pixels, and a copy is drawn on.
 */
const PLAIN_JPEG_PIXEL_BYTES = 8;
/**
 * The same for pictures whose decoder holds all of it in several forms: 12.2 were measured for a
 * grey progressive JPEG, whose coefficients are decoded as a whole.
 */
const PIXEL_BYTES = 16;
/** The same for a JPEG XL, whose decoder takes about 40 bytes for each pixel. */
const JXL_PIXEL_BYTES = 46;
/** Memory that every picture may take, in bytes: so little is there, whatever else is loaded. */
const FREE_BYTES = 32 * 1024 * 1024;

/** Scales at which a plain JPEG can be decoded, the largest picture first. */
const SCALE_DENOMINATORS = [1, 2, 4, 8] as const;
export type ScaleDenominator = (typeof SCALE_DENOMINATORS)[number];

/**
 * Returns the smallest divisor of its sides with which a plain JPEG fits into `memoryBytes`; `null`
 * if it fits with none.
 */
export function plainJpegScale({ width, height }: Size, memoryBytes: number): ScaleDenominator | null {
  return SCALE_DENOMINATORS.find((denominator) =>
    fits(width * height / denominator ** 2 * PLAIN_JPEG_PIXEL_BYTES, memoryBytes)
  ) ?? null;
}

/**
 * Checks that a picture of this format and size can be decoded in `memoryBytes`, before anything is
 * allocated for it. Throws `memory_low`.
 */
export function checkMemory(format: ImageFormat, { width, height }: Size, memoryBytes: number): void {
  const pixelBytes = format === "jxl" ? JXL_PIXEL_BYTES : PIXEL_BYTES;
  if (fits(width * height * pixelBytes, memoryBytes)) return;
  const millions = (Math.max(FREE_BYTES, memoryBytes) / pixelBytes / 1e6).toFixed(1);
  throw new DmlError(
    "memory_low",
    `The picture is ${width} x ${height} pixels, and the node has memory for about ${millions} million of its kind.`,
  );
}

function fits(bytes: number, memoryBytes: number): boolean {
  return bytes <= Math.max(FREE_BYTES, memoryBytes);
}
