import { interleaveHigh16, interleaveLow16 } from "../vector/interleave.as.ts";
import { storeRow } from "./quantisation.as.ts";

const CONST_BITS = 13;
/** Extra fractional bits of the results of the first pass, which reduce rounding errors. */
const PASS1_BITS: i16 = 2;

/** Multipliers of jfdctint.c with {@link CONST_BITS} fractional bits. */
const FIX_0_298631336: i16 = 2446;
const FIX_0_390180644: i16 = 3196;
const FIX_0_541196100: i16 = 4433;
const FIX_0_765366865: i16 = 6270;
const FIX_0_899976223: i16 = 7373;
const FIX_1_175875602: i16 = 9633;
const FIX_1_501321110: i16 = 12299;
const FIX_1_847759065: i16 = 15137;
const FIX_1_961570560: i16 = 16069;
const FIX_2_053119869: i16 = 16819;
const FIX_2_562915447: i16 = 20995;
const FIX_3_072711026: i16 = 25172;

/** The multipliers of the two numbers of a pair, named for the result and for the pair. */
const DATA2_TMP13_TMP12 = memory.data<i16>([FIX_0_541196100 + FIX_0_765366865, FIX_0_541196100]);
const DATA6_TMP13_TMP12 = memory.data<i16>([FIX_0_541196100, FIX_0_541196100 - FIX_1_847759065]);
const DATA7_TMP4_TMP7 = memory.data<i16>([FIX_0_298631336 - FIX_0_899976223, -FIX_0_899976223]);
const DATA5_TMP5_TMP6 = memory.data<i16>([FIX_2_053119869 - FIX_2_562915447, -FIX_2_562915447]);
const DATA3_TMP5_TMP6 = memory.data<i16>([-FIX_2_562915447, FIX_3_072711026 - FIX_2_562915447]);
const DATA1_TMP4_TMP7 = memory.data<i16>([-FIX_0_899976223, FIX_1_501321110 - FIX_0_899976223]);
const Z3_Z4_OF_Z3 = memory.data<i16>([FIX_1_175875602 - FIX_1_961570560, FIX_1_175875602]);
const Z3_Z4_OF_Z4 = memory.data<i16>([FIX_1_175875602, FIX_1_175875602 - FIX_0_390180644]);

/** Rounding terms: halves of the powers of two by which each pass divides its results. */
const DESCALE1_ROUNDING = memory.data<i32>([1 << (CONST_BITS - PASS1_BITS - 1)]);
const DESCALE2_ROUNDING = memory.data<i32>([1 << (CONST_BITS + PASS1_BITS - 1)]);
const PASS1_HALF: i16 = 1 << (PASS1_BITS - 1);
const PASS1_ROUNDING = memory.data<i16>([PASS1_HALF, PASS1_HALF]);

/**
 * Transforms eight vectors, each of which holds the numbers at one position of eight rows. This is
 * one pass of the forward transform of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT
 * algorithms with 11 multiplications", 1989; jfdctint.c). Its rotations are expanded, so that every
 * result is a sum of at most four products, which are computed in pairs and are exact in 32 bits
 * (jfdctint-sse2.asm).
 */
@inline
export function accuratePass(
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
  const tmp10 = i16x8.add(tmp0, tmp3);
  const tmp13 = i16x8.sub(tmp0, tmp3);
  const tmp11 = i16x8.add(tmp1, tmp2);
  const tmp12 = i16x8.sub(tmp1, tmp2);
  storeRow(0, scaledTotal(i16x8.add(tmp10, tmp11), isFirst), block, division, isFirst);
  storeRow(4, scaledTotal(i16x8.sub(tmp10, tmp11), isFirst), block, division, isFirst);
  const low13 = interleaveLow16(tmp13, tmp12);
  const high13 = interleaveHigh16(tmp13, tmp12);
  storeRow(2, descaled(dot(low13, DATA2_TMP13_TMP12), dot(high13, DATA2_TMP13_TMP12), isFirst), block, division, isFirst);
  storeRow(6, descaled(dot(low13, DATA6_TMP13_TMP12), dot(high13, DATA6_TMP13_TMP12), isFirst), block, division, isFirst);

  // Odd part.
  const z3 = i16x8.add(tmp4, tmp6);
  const z4 = i16x8.add(tmp5, tmp7);
  const lowZ = interleaveLow16(z3, z4);
  const highZ = interleaveHigh16(z3, z4);
  const low47 = interleaveLow16(tmp4, tmp7);
  const high47 = interleaveHigh16(tmp4, tmp7);
  const low56 = interleaveLow16(tmp5, tmp6);
  const high56 = interleaveHigh16(tmp5, tmp6);
  const lowZ3 = dot(lowZ, Z3_Z4_OF_Z3);
  const highZ3 = dot(highZ, Z3_Z4_OF_Z3);
  const lowZ4 = dot(lowZ, Z3_Z4_OF_Z4);
  const highZ4 = dot(highZ, Z3_Z4_OF_Z4);
  const low7 = i32x4.add(dot(low47, DATA7_TMP4_TMP7), lowZ3);
  const high7 = i32x4.add(dot(high47, DATA7_TMP4_TMP7), highZ3);
  storeRow(7, descaled(low7, high7, isFirst), block, division, isFirst);
  const low5 = i32x4.add(dot(low56, DATA5_TMP5_TMP6), lowZ4);
  const high5 = i32x4.add(dot(high56, DATA5_TMP5_TMP6), highZ4);
  storeRow(5, descaled(low5, high5, isFirst), block, division, isFirst);
  const low3 = i32x4.add(dot(low56, DATA3_TMP5_TMP6), lowZ3);
  const high3 = i32x4.add(dot(high56, DATA3_TMP5_TMP6), highZ3);
  storeRow(3, descaled(low3, high3, isFirst), block, division, isFirst);
  const low1 = i32x4.add(dot(low47, DATA1_TMP4_TMP7), lowZ4);
  const high1 = i32x4.add(dot(high47, DATA1_TMP4_TMP7), highZ4);
  storeRow(1, descaled(low1, high1, isFirst), block, division, isFirst);
}

/** Scales a result of additions only: up in the first pass, down in the second. */
@inline
function scaledTotal(value: v128, isFirst: bool): v128 {
  if (isFirst) return i16x8.shl(value, PASS1_BITS);
  return i16x8.shr_s(i16x8.add(value, v128.load32_splat(PASS1_ROUNDING)), PASS1_BITS);
}

/** Multiplies each pair by the two multipliers at an address and adds the two products. */
@inline
function dot(pairs: v128, factors: usize): v128 {
  return i32x4.dot_i16x8_s(pairs, v128.load32_splat(factors));
}

/** Divides 32-bit sums by the power of two of the pass and rounds (`DESCALE` of jfdctint.c). */
@inline
function descaled(low: v128, high: v128, isFirst: bool): v128 {
  const bits = isFirst ? CONST_BITS - PASS1_BITS : CONST_BITS + PASS1_BITS;
  const rounding = v128.load32_splat(isFirst ? DESCALE1_ROUNDING : DESCALE2_ROUNDING);
  return i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(low, rounding), bits),
    i32x4.shr_s(i32x4.add(high, rounding), bits),
  );
}
