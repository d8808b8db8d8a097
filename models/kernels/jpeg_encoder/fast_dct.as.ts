import { storeRow } from "./quantisation.as.ts";

/**
 * Multipliers of jfdctfst.c, which have 8 fractional bits: twice with 15 bits, then twice with 16,
 * as {@link multiply} needs them.
 */
const FIX_0_382683433 = memory.data<i16>([98 << 7, 98 << 7, 98 << 8, 98 << 8]);
const FIX_0_541196100 = memory.data<i16>([139 << 7, 139 << 7, 139 << 8, 139 << 8]);
const FIX_0_707106781 = memory.data<i16>([181 << 7, 181 << 7, 181 << 8, 181 << 8]);
/** Multiplier 1.306562965 minus 1, because the whole does not fit 16 bits. */
const FIX_0_306562965 = memory.data<i16>([(334 - 256) << 7, (334 - 256) << 7, (334 - 256) << 8, (334 - 256) << 8]);

/**
 * Transforms eight vectors, each of which holds the numbers at one position of eight rows. This is
 * one pass of the forward transform of Arai, Agui and Nakajima ("A fast DCT-SQ scheme for images",
 * 1988; jfdctfst.c). Each result but the first and the fifth keeps a factor, which the divisors
 * remove.
 *
 * Sixteen bits suffice: with samples of -128 to 127 no number exceeds 12,920 in the second pass.
 */
@inline
export function fastPass(
  block: usize,
  division: usize,
  isFirst: bool,
  in0: v128,
  in1: v128,
  in2: v128,
  in3: v128,
  in4: v128,
  in5: v128,
  in6: v128,
  in7: v128,
): void {
  const tmp0 = i16x8.add(in0, in7);
  const tmp7 = i16x8.sub(in0, in7);
  const tmp1 = i16x8.add(in1, in6);
  const tmp6 = i16x8.sub(in1, in6);
  const tmp2 = i16x8.add(in2, in5);
  const tmp5 = i16x8.sub(in2, in5);
  const tmp3 = i16x8.add(in3, in4);
  const tmp4 = i16x8.sub(in3, in4);

  // Even part.
  let tmp10 = i16x8.add(tmp0, tmp3);
  const tmp13 = i16x8.sub(tmp0, tmp3);
  let tmp11 = i16x8.add(tmp1, tmp2);
  let tmp12 = i16x8.sub(tmp1, tmp2);
  storeRow(0, i16x8.add(tmp10, tmp11), block, division, isFirst);
  storeRow(4, i16x8.sub(tmp10, tmp11), block, division, isFirst);
  const z1 = multiply(i16x8.add(tmp12, tmp13), FIX_0_707106781);
  storeRow(2, i16x8.add(tmp13, z1), block, division, isFirst);
  storeRow(6, i16x8.sub(tmp13, z1), block, division, isFirst);

  // Odd part.
  tmp10 = i16x8.add(tmp4, tmp5);
  tmp11 = i16x8.add(tmp5, tmp6);
  tmp12 = i16x8.add(tmp6, tmp7);
  const z5 = multiply(i16x8.sub(tmp10, tmp12), FIX_0_382683433);
  const z2 = i16x8.add(multiply(tmp10, FIX_0_541196100), z5);
  const z4 = i16x8.add(i16x8.add(multiply(tmp12, FIX_0_306562965), tmp12), z5);
  const z3 = multiply(tmp11, FIX_0_707106781);
  const z11 = i16x8.add(tmp7, z3);
  const z13 = i16x8.sub(tmp7, z3);
  storeRow(5, i16x8.add(z13, z2), block, division, isFirst);
  storeRow(3, i16x8.sub(z13, z2), block, division, isFirst);
  storeRow(1, i16x8.add(z11, z4), block, division, isFirst);
  storeRow(7, i16x8.sub(z11, z4), block, division, isFirst);
}

/**
 * Returns `floor(value * f / 256)` for a multiplier `f / 256` (`MULTIPLY` of jfdctfst.c). The
 * instruction rounds its product instead of truncating it. The result is one too large if the first
 * fractional bit is set, which is the highest bit of `value * f * 256` in 16 bits.
 */
@inline
function multiply(value: v128, factors: usize): v128 {
  const rounded = i16x8.q15mulr_sat_s(value, v128.load32_splat(factors));
  const bitBelowPoint = i16x8.mul(value, v128.load32_splat(factors, 4));
  return i16x8.add(rounded, i16x8.shr_s(bitBelowPoint, 15));
}
