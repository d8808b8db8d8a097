import { VECTOR_BYTES } from "../memory.ts";
import { DIVISORS_OFFSET, FACTORS_OFFSET, REMAINDERS_OFFSET, SCAN_ORDER_AT } from "./memory_map.ts";

/**
 * Stores a row of a block: unchanged after the first pass of the transform, quantised after the
 * second.
 */
@inline
export function storeRow(row: usize, values: v128, block: usize, division: usize, isFirst: bool): void {
  const offset = row * VECTOR_BYTES;
  v128.store(block + offset, isFirst ? values : quantized(values, division + offset));
}

/**
 * Divides coefficients by their divisors and rounds, halves away from zero (`quantize` of
 * jcdctmgr.c). The rounded product of a 15-bit magnitude and the reciprocal is the quotient or one
 * less; the remainder tells which.
 */
@inline
function quantized(coefficients: v128, division: usize): v128 {
  const sign = i16x8.shr_s(coefficients, 15);
  const magnitude = i16x8.abs(coefficients);
  const estimate = i16x8.q15mulr_sat_s(magnitude, v128.load(division, FACTORS_OFFSET));
  const remainder = i16x8.sub(magnitude, i16x8.mul(estimate, v128.load(division, DIVISORS_OFFSET)));
  const isOneLess = i16x8.gt_s(remainder, v128.load(division, REMAINDERS_OFFSET));
  // True is -1.
  const quotient = i16x8.sub(estimate, isOneLess);
  return i16x8.sub(v128.xor(quotient, sign), sign);
}

/**
 * Returns a bit for each coefficient of a block that is not 0, in zigzag order, the first one
 * lowest.
 */
@inline
export function nonzeroCoefficients(block: usize): u64 {
  const rows01 = i8x16.narrow_i16x8_s(v128.load(block, 0), v128.load(block, 16));
  const rows23 = i8x16.narrow_i16x8_s(v128.load(block, 32), v128.load(block, 48));
  const rows45 = i8x16.narrow_i16x8_s(v128.load(block, 64), v128.load(block, 80));
  const rows67 = i8x16.narrow_i16x8_s(v128.load(block, 96), v128.load(block, 112));
  // The first quarter of the order contains nothing of the last two rows, the last quarter nothing
  // of the first two.
  const quarter0 = v128.or(v128.or(ordered(rows01, 0, 0), ordered(rows23, 0, 1)), ordered(rows45, 0, 2));
  const quarter1 = v128.or(
    v128.or(ordered(rows01, 1, 0), ordered(rows23, 1, 1)),
    v128.or(ordered(rows45, 1, 2), ordered(rows67, 1, 3)),
  );
  const quarter2 = v128.or(
    v128.or(ordered(rows01, 2, 0), ordered(rows23, 2, 1)),
    v128.or(ordered(rows45, 2, 2), ordered(rows67, 2, 3)),
  );
  const quarter3 = v128.or(v128.or(ordered(rows23, 3, 1), ordered(rows45, 3, 2)), ordered(rows67, 3, 3));
  return <u64>nonzeroBytes(quarter0) | <u64>nonzeroBytes(quarter1) << 16 |
    <u64>nonzeroBytes(quarter2) << 32 | <u64>nonzeroBytes(quarter3) << 48;
}

/**
 * Returns the bytes of two rows at their positions in a quarter of the zigzag order, and 0
 * elsewhere.
 */
@inline
function ordered(bytes: v128, quarter: usize, pairOfRows: usize): v128 {
  return i8x16.swizzle(bytes, v128.load((quarter * 4 + pairOfRows) * VECTOR_BYTES + SCAN_ORDER_AT));
}

@inline
function nonzeroBytes(bytes: v128): u32 {
  return i8x16.bitmask(i8x16.ne(bytes, i64x2.splat(0)));
}
