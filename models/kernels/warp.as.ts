/**
 * Computes sums of samples of a picture, each interpolated linearly between four pixels; see
 * `models/image/resample/warp.ts`.
 */
import { VECTOR_BYTES } from "./memory.ts";
import { ONE, ONE_BITS, SAMPLE_DOWN_SHIFT, SAMPLE_WORDS } from "./warp_units.ts";

const SAMPLE_BYTES = 4 * SAMPLE_WORDS;

/**
 * Swizzle vector that picks R of two pixels of three bytes, then G of both, then B of both, as
 * 16-bit numbers; indexes beyond 15 give 0.
 */
const PAIR_PLACES = memory.data<u8>([0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16], VECTOR_BYTES);

/**
 * Writes the sum of the samples of each pixel, times 256 x 256. Rows are `stride` bytes apart. All
 * four neighbours of a sample are read, even those with weight 0.
 */
export function sumSamples(samples: usize, samplesEach: i32, stride: usize, sums: usize, pixels: i32): void {
  do {
    let sum = i32x4.splat(0);
    let left = samplesEach;
    do {
      const address = <usize>load<u32>(samples);
      const shares = load<u32>(samples, 4);
      const right = shares & (ONE - 1);
      const down = i32x4.splat(shares >> SAMPLE_DOWN_SHIFT);
      // The weight of the left pixel, `ONE - right`, in the lower half, and that of the right one
      // in the upper half.
      const across = i32x4.splat(ONE + right * 0xffff);
      const upper = interpolateAcross(address, across);
      const lower = interpolateAcross(address + stride, across);
      const sample = i32x4.add(i32x4.shl(upper, ONE_BITS), i32x4.mul(i32x4.sub(lower, upper), down));
      sum = i32x4.add(sum, sample);
      samples += SAMPLE_BYTES;
    } while (--left);
    v128.store(sums, sum);
    sums += VECTOR_BYTES;
  } while (--pixels);
}

/**
 * Interpolates R, G and B between a pixel and the one to its right, times 256, with the weights in
 * `across`.
 */
@inline
function interpolateAcross(address: usize, across: v128): v128 {
  const pairs = i8x16.swizzle(v128.load64_zero(address), v128.load(PAIR_PLACES));
  return i32x4.dot_i16x8_s(pairs, across);
}
