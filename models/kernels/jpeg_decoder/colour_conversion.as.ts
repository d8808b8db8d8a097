import { VECTOR_BYTES } from "../memory.ts";
import { interleaveHigh16, interleaveHigh8, interleaveLow16, interleaveLow8 } from "../vector/interleave.as.ts";

const PIXEL_BYTES = 3;

/**
 * Conversion of Y, Cb, Cr to R, G, B as in jdcolor.c, with 16 fractional bits: `R = Y + 1.402 Cr`,
 * `B = Y + 1.772 Cb`, `G = Y - 0.34414 Cb - 0.71414 Cr`, each sum of products rounded once. Factors
 * must be below 1 here, so whole multiples are added separately. With 15 instead of 16 bits the
 * products for red and blue round to the same for all 256 values.
 */
const RED_FACTOR = memory.data<i16>([13_173, 13_173]); // 0.402 x 2^15
const BLUE_FACTOR = memory.data<i16>([-7_471, -7_471]); // (1.772 - 2) x 2^15
const GREEN_FACTORS = memory.data<i16>([-22_554, 18_734]); // -0.34414 x 2^16 and (1 - 0.71414) x 2^16
const GREEN_ROUNDING = memory.data<i32>([1 << 15]);

/** Swizzle vector that picks the first three bytes of each of four pixels of four bytes. */
const WITHOUT_FOURTH = memory.data<u8>(
  [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80],
  VECTOR_BYTES,
);

/**
 * Writes 16 pixels to `target`, followed by 4 meaningless bytes. The arguments hold eight pixels
 * each as 16-bit numbers: luma 0..255, and chroma minus 128.
 */
@inline
export function writePixels(target: usize, y0: v128, cb0: v128, cr0: v128, y1: v128, cb1: v128, cr1: v128): void {
  const red = i8x16.narrow_i16x8_u(redOf(y0, cr0), redOf(y1, cr1));
  const green = i8x16.narrow_i16x8_u(greenOf(y0, cb0, cr0), greenOf(y1, cb1, cr1));
  const blue = i8x16.narrow_i16x8_u(blueOf(y0, cb0), blueOf(y1, cb1));
  const redGreenLow = interleaveLow8(red, green);
  const redGreenHigh = interleaveHigh8(red, green);
  const blueLow = interleaveLow8(blue, blue);
  const blueHigh = interleaveHigh8(blue, blue);
  writeFour(target, interleaveLow16(redGreenLow, blueLow));
  writeFour(target + 4 * PIXEL_BYTES, interleaveHigh16(redGreenLow, blueLow));
  writeFour(target + 8 * PIXEL_BYTES, interleaveLow16(redGreenHigh, blueHigh));
  writeFour(target + 12 * PIXEL_BYTES, interleaveHigh16(redGreenHigh, blueHigh));
}

@inline
function redOf(y: v128, cr: v128): v128 {
  return i16x8.add(y, i16x8.add(cr, i16x8.q15mulr_sat_s(cr, v128.load32_splat(RED_FACTOR))));
}

@inline
function blueOf(y: v128, cb: v128): v128 {
  const twice = i16x8.add(cb, cb);
  return i16x8.add(y, i16x8.add(twice, i16x8.q15mulr_sat_s(cb, v128.load32_splat(BLUE_FACTOR))));
}

@inline
function greenOf(y: v128, cb: v128, cr: v128): v128 {
  const low = greenProducts(interleaveLow16(cb, cr));
  const high = greenProducts(interleaveHigh16(cb, cr));
  return i16x8.add(i16x8.sub(y, cr), i16x8.narrow_i32x4_s(low, high));
}

@inline
function greenProducts(pairs: v128): v128 {
  const sum = i32x4.dot_i16x8_s(pairs, v128.load32_splat(GREEN_FACTORS));
  return i32x4.shr_s(i32x4.add(sum, v128.load32_splat(GREEN_ROUNDING)), 16);
}

@inline
function writeFour(target: usize, pixels: v128): void {
  v128.store(target, i8x16.swizzle(pixels, v128.load(WITHOUT_FOURTH)));
}
