import { SAMPLE_CENTRE } from "../jpeg.ts";
import { VECTOR_BYTES } from "../memory.ts";
import { interleaveHigh64, interleaveLow64 } from "../vector/interleave.as.ts";
import { CB_AT, CR_AT, LEFT_AT, MCU_SIDE, RIGHT_AT, ROW_BYTES } from "./memory_map.ts";

/** Weights of ITU-T T.871 with 16 fractional bits (jccolor.c). */
const SCALEBITS = 16;
const ONE_HALF = 1 << (SCALEBITS - 1);
const FIX_0_29900: i16 = 19595;
const FIX_0_58700 = 38470;
const FIX_0_11400: i16 = 7471;
const FIX_0_16874: i16 = 11059;
const FIX_0_33126: i16 = 21709;
const FIX_0_41869: i16 = 27439;
const FIX_0_08131: i16 = 5329;
/** Part of the weight of green in luminance; the whole does not fit 16 bits. */
const GREEN_PART: i16 = 1 << 14;

/**
 * Swizzle vectors for R and G, or B and G, of four pixels; 255 sets the upper half of each number
 * to 0.
 */
const TO_RED_GREEN = memory.data<u8>([0, 255, 1, 255, 3, 255, 4, 255, 6, 255, 7, 255, 9, 255, 10, 255], 16);
const TO_BLUE_GREEN = memory.data<u8>([2, 255, 1, 255, 5, 255, 4, 255, 8, 255, 7, 255, 11, 255, 10, 255], 16);

const LUMINANCE_OF_RED_GREEN = memory.data<i16>([FIX_0_29900, <i16>(FIX_0_58700 - GREEN_PART)]);
const LUMINANCE_OF_BLUE_GREEN = memory.data<i16>([FIX_0_11400, GREEN_PART]);
const CB_OF_RED_GREEN = memory.data<i16>([-FIX_0_16874, -FIX_0_33126]);
const CR_OF_BLUE_GREEN = memory.data<i16>([-FIX_0_08131, -FIX_0_41869]);
/** Negated third weight of Cb and of Cr: a half does not fit 16 bits, minus a half does. */
const MINUS_HALF = memory.data<i16>([<i16>-ONE_HALF, 0]);
const LUMINANCE_ROUNDING = memory.data<i32>([ONE_HALF - (SAMPLE_CENTRE << SCALEBITS)]);
const CHROMINANCE_ROUNDING = memory.data<i32>([ONE_HALF - 1]);
const ONES = memory.data<i16>([1, 1]);
/**
 * Rounding terms of means: halves are rounded down and up alternately (`h2v2_downsample` of
 * jcsample.c).
 */
const MEAN_ROUNDING = memory.data<i16>([1, 2]);

const PIXEL_BYTES = 3;
const PAIRS = MCU_SIDE / 2;

/**
 * Converts the sixteen pixels at an address and those of the rows below into the blocks of an MCU:
 * the luminance of each pixel, and Cb and Cr as means of four. Only `pairCount` pairs of rows are
 * read; below them the last row of each block is repeated (jcprepct.c).
 */
export function convert(pixels: usize, pairCount: i32): void {
  let pair = 0;
  for (; pair < pairCount; pair++) {
    const left = convertEight(pixels, pair * 2 * VECTOR_BYTES + LEFT_AT);
    const right = convertEight(pixels + 8 * PIXEL_BYTES, pair * 2 * VECTOR_BYTES + RIGHT_AT);
    v128.store(pair * VECTOR_BYTES + CB_AT, means(interleaveLow64(left, right)));
    v128.store(pair * VECTOR_BYTES + CR_AT, means(interleaveHigh64(left, right)));
    pixels += 2 * ROW_BYTES;
  }
  for (; pair < PAIRS; pair++) repeatPair(pair);
}

/**
 * Stores the luminance of eight pixels of two rows in two rows of a block. Returns the sums over
 * four pixels of their Cb in the lower half, and of their Cr in the upper half.
 */
@inline
function convertEight(pixels: usize, rows: usize): v128 {
  const below = pixels + ROW_BYTES;
  const rg0 = redGreen(pixels);
  const bg0 = blueGreen(pixels);
  const rg1 = redGreen(pixels + 4 * PIXEL_BYTES);
  const bg1 = blueGreen(pixels + 4 * PIXEL_BYTES);
  v128.store(rows, i16x8.narrow_i32x4_s(luminance(rg0, bg0), luminance(rg1, bg1)));
  const rg2 = redGreen(below);
  const bg2 = blueGreen(below);
  const rg3 = redGreen(below + 4 * PIXEL_BYTES);
  const bg3 = blueGreen(below + 4 * PIXEL_BYTES);
  v128.store(rows, i16x8.narrow_i32x4_s(luminance(rg2, bg2), luminance(rg3, bg3)), VECTOR_BYTES);
  return i16x8.narrow_i32x4_s(
    sumsOfNeighbours(i32x4.add(cb(rg0, bg0), cb(rg2, bg2)), i32x4.add(cb(rg1, bg1), cb(rg3, bg3))),
    sumsOfNeighbours(i32x4.add(cr(rg0, bg0), cr(rg2, bg2)), i32x4.add(cr(rg1, bg1), cr(rg3, bg3))),
  );
}

/** Returns R and G of four pixels alternately as 16-bit numbers. */
@inline
function redGreen(pixels: usize): v128 {
  return i8x16.swizzle(v128.load(pixels), v128.load(TO_RED_GREEN));
}

/** Returns B and G of four pixels alternately as 16-bit numbers. */
@inline
function blueGreen(pixels: usize): v128 {
  return i8x16.swizzle(v128.load(pixels), v128.load(TO_BLUE_GREEN));
}

@inline
function luminance(rg: v128, bg: v128): v128 {
  const sum = i32x4.add(weighted(rg, LUMINANCE_OF_RED_GREEN), weighted(bg, LUMINANCE_OF_BLUE_GREEN));
  return i32x4.shr_s(i32x4.add(sum, v128.load32_splat(LUMINANCE_ROUNDING)), SCALEBITS);
}

@inline
function cb(rg: v128, bg: v128): v128 {
  return chrominance(weighted(rg, CB_OF_RED_GREEN), weighted(bg, MINUS_HALF));
}

@inline
function cr(rg: v128, bg: v128): v128 {
  return chrominance(weighted(bg, CR_OF_BLUE_GREEN), weighted(rg, MINUS_HALF));
}

@inline
function chrominance(negative: v128, minusPositive: v128): v128 {
  const sum = i32x4.sub(negative, minusPositive);
  return i32x4.shr_s(i32x4.add(sum, v128.load32_splat(CHROMINANCE_ROUNDING)), SCALEBITS);
}

/** Multiplies each pair of numbers by the two weights at an address and adds the two products. */
@inline
function weighted(colours: v128, weights: usize): v128 {
  return i32x4.dot_i16x8_s(colours, v128.load32_splat(weights));
}

/**
 * Adds up neighbours: the first sum is that of the first two of `left`, the last that of the last
 * two of `right`.
 */
@inline
function sumsOfNeighbours(left: v128, right: v128): v128 {
  return weighted(i16x8.narrow_i32x4_s(left, right), ONES);
}

@inline
function means(sumsOfFour: v128): v128 {
  return i16x8.shr_s(i16x8.add(sumsOfFour, v128.load32_splat(MEAN_ROUNDING)), 2);
}

/** Repeats the row above, twice in the blocks of luminance and once in those of Cb and Cr. */
@inline
function repeatPair(pair: usize): void {
  const left = pair * 2 * VECTOR_BYTES + LEFT_AT;
  v128.store(left, v128.load(left - VECTOR_BYTES));
  v128.store(left, v128.load(left - VECTOR_BYTES), VECTOR_BYTES);
  const right = pair * 2 * VECTOR_BYTES + RIGHT_AT;
  v128.store(right, v128.load(right - VECTOR_BYTES));
  v128.store(right, v128.load(right - VECTOR_BYTES), VECTOR_BYTES);
  const cbRow = pair * VECTOR_BYTES + CB_AT;
  v128.store(cbRow, v128.load(cbRow - VECTOR_BYTES));
  const crRow = pair * VECTOR_BYTES + CR_AT;
  v128.store(crRow, v128.load(crRow - VECTOR_BYTES));
}
