import { VECTOR_BYTES } from "../memory.ts";
import { WIDE_WORKSPACE_AT, WORKSPACE_AT } from "./memory_map.ts";

/** Number of fractional bits of the weights. */
export const WEIGHT_BITS = 13;

/**
 * Weights of the transform. Each one-dimensional transform of jidctint.c ("islow") is linear up to
 * a single rounding at the end, so its twelve multiplications and the sums around them are combined
 * into eight sums of eight products, which vector instructions add in pairs. The even sums use x0,
 * x2, x4, x6, the odd ones x1, x3, x5, x7; output n is even[n] + odd[n], output 7 - n is even[n] -
 * odd[n].
 */
const EVEN_WEIGHTS = memory.data<i16>([
  8_192, 10_703, 8_192, 4_433,
  8_192, 4_433, -8_192, -10_704,
  8_192, -4_433, -8_192, 10_704,
  8_192, -10_703, 8_192, -4_433,
], VECTOR_BYTES);
const ODD_WEIGHTS = memory.data<i16>([
  11_363, 9_633, 6_437, 2_260,
  9_633, -2_259, -11_362, -6_436,
  6_437, -11_362, 2_261, 9_633,
  2_260, -6_436, 9_633, -11_363,
], VECTOR_BYTES);

/** Bytes of the four weights of a sum, and of a pair of them. */
const WEIGHTS_BYTES = 8;
const PAIR_BYTES = 4;

/**
 * Computes four of the eight transforms of a pass. Each argument holds adjacent pairs of 16-bit
 * inputs of four transforms: x0 and x2, x1 and x3, x4 and x6, x5 and x7. Outputs are shifted right
 * by `shift` bits after `rounding` is added. Those of the first four transforms go to the wide
 * workspace, one vector for each output; those of the last four are combined with them to 16-bit
 * numbers in the workspace.
 */
@inline
export function transformFour(
  isLast: bool,
  evenLow: v128,
  oddLow: v128,
  evenHigh: v128,
  oddHigh: v128,
  rounding: v128,
  shift: i32,
): void {
  const even0 = i32x4.add(sumOfFour(EVEN_WEIGHTS, evenLow, evenHigh), rounding);
  const odd0 = sumOfFour(ODD_WEIGHTS, oddLow, oddHigh);
  writeOutputs(isLast, 0, even0, odd0, shift);
  const even1 = i32x4.add(sumOfFour(EVEN_WEIGHTS + WEIGHTS_BYTES, evenLow, evenHigh), rounding);
  const odd1 = sumOfFour(ODD_WEIGHTS + WEIGHTS_BYTES, oddLow, oddHigh);
  writeOutputs(isLast, 1, even1, odd1, shift);
  const even2 = i32x4.add(sumOfFour(EVEN_WEIGHTS + 2 * WEIGHTS_BYTES, evenLow, evenHigh), rounding);
  const odd2 = sumOfFour(ODD_WEIGHTS + 2 * WEIGHTS_BYTES, oddLow, oddHigh);
  writeOutputs(isLast, 2, even2, odd2, shift);
  const even3 = i32x4.add(sumOfFour(EVEN_WEIGHTS + 3 * WEIGHTS_BYTES, evenLow, evenHigh), rounding);
  const odd3 = sumOfFour(ODD_WEIGHTS + 3 * WEIGHTS_BYTES, oddLow, oddHigh);
  writeOutputs(isLast, 3, even3, odd3, shift);
}

/** Computes four transforms whose inputs x4 to x7 are zero. */
@inline
export function transformFourLow(isLast: bool, even: v128, odd: v128, rounding: v128, shift: i32): void {
  const even0 = i32x4.add(sumOfTwo(EVEN_WEIGHTS, even), rounding);
  writeOutputs(isLast, 0, even0, sumOfTwo(ODD_WEIGHTS, odd), shift);
  const even1 = i32x4.add(sumOfTwo(EVEN_WEIGHTS + WEIGHTS_BYTES, even), rounding);
  writeOutputs(isLast, 1, even1, sumOfTwo(ODD_WEIGHTS + WEIGHTS_BYTES, odd), shift);
  const even2 = i32x4.add(sumOfTwo(EVEN_WEIGHTS + 2 * WEIGHTS_BYTES, even), rounding);
  writeOutputs(isLast, 2, even2, sumOfTwo(ODD_WEIGHTS + 2 * WEIGHTS_BYTES, odd), shift);
  const even3 = i32x4.add(sumOfTwo(EVEN_WEIGHTS + 3 * WEIGHTS_BYTES, even), rounding);
  writeOutputs(isLast, 3, even3, sumOfTwo(ODD_WEIGHTS + 3 * WEIGHTS_BYTES, odd), shift);
}

@inline
function sumOfFour(weights: usize, low: v128, high: v128): v128 {
  return i32x4.add(sumOfTwo(weights, low), sumOfTwo(weights + PAIR_BYTES, high));
}

@inline
function sumOfTwo(weights: usize, pairs: v128): v128 {
  return i32x4.dot_i16x8_s(pairs, v128.load32_splat(weights));
}

@inline
function writeOutputs(isLast: bool, n: i32, even: v128, odd: v128, shift: i32): void {
  writeOutput(isLast, n, i32x4.shr_s(i32x4.add(even, odd), shift));
  writeOutput(isLast, 7 - n, i32x4.shr_s(i32x4.sub(even, odd), shift));
}

@inline
function writeOutput(isLast: bool, n: i32, output: v128): void {
  const place = n * VECTOR_BYTES;
  if (isLast) v128.store(WORKSPACE_AT + place, i16x8.narrow_i32x4_s(v128.load(WIDE_WORKSPACE_AT + place), output));
  else v128.store(WIDE_WORKSPACE_AT + place, output);
}
