import { SAMPLE_CENTRE } from "../jpeg.ts";
import { VECTOR_BYTES } from "../memory.ts";
import {
  interleaveHigh32,
  interleaveHigh64,
  interleaveLow32,
  interleaveLow64,
} from "../vector/interleave.as.ts";
import { storeFlat, storeSamples } from "./block_samples.as.ts";
import { transformFour, transformFourLow, WEIGHT_BITS } from "./dct_pass.as.ts";
import { BLOCK_AT, DECODED, GIVEN_UP, IS_HIGH, WIDE_WORKSPACE_AT, WORKSPACE_AT } from "./memory_map.ts";

/**
 * Largest sum of the absolute coefficients of a block for which the intermediate values certainly
 * fit 16 bits. Almost no block exceeds it.
 */
const SUM_SURE: u32 = 5_800;

/** Fractional bits kept between the passes. */
const PASS_BITS = 2;
const COLUMN_SHIFT = WEIGHT_BITS - PASS_BITS;
const ROW_SHIFT = WEIGHT_BITS + PASS_BITS + 3;
const COLUMN_ROUNDING = memory.data<i32>([1 << (COLUMN_SHIFT - 1)]);
const ROW_ROUNDING = memory.data<i32>([(1 << (ROW_SHIFT - 1)) + (SAMPLE_CENTRE << ROW_SHIFT)]);

/**
 * Addresses of the vectors with pairs of rows for columns 0..3 of the block; each is followed by
 * that for columns 4..7. See `coefficientOffset()`.
 */
const EVEN_LOW_AT = BLOCK_AT;
const ODD_LOW_AT = BLOCK_AT + 2 * VECTOR_BYTES;
const EVEN_HIGH_AT = BLOCK_AT + 4 * VECTOR_BYTES;
const ODD_HIGH_AT = BLOCK_AT + 6 * VECTOR_BYTES;

/** The smallest and the largest 16-bit number, twice each. */
const LEAST = memory.data<i16>([-0x8000, -0x8000]);
const GREATEST = memory.data<i16>([0x7fff, 0x7fff]);

/**
 * Transforms the block in the memory to samples, 8 rows of 8 bytes, bit for bit as jidctint.c does,
 * and overwrites the block with zeros. `dc` is the DC coefficient, which is not in the memory;
 * `seen` is the bitwise "or" of the quantisation entries of all coefficients that are not zero, 0
 * if there are none; `sum` is the sum of all absolute values. Returns `GIVEN_UP` if the
 * intermediate values do not fit 16 bits.
 */
export function transform(dc: i32, target: usize, stride: usize, seen: u32, sum: u32): i32 {
  if (seen == 0) {
    storeFlat(dc, target, stride);
    return DECODED;
  }
  store<i16>(BLOCK_AT, <i16>dc);
  if ((seen & IS_HIGH) != 0 || sum > SUM_SURE) {
    transformColumns();
    if (sum > SUM_SURE && isSaturated()) return GIVEN_UP;
    transformRows();
  } else {
    transformLowColumns();
    transformLowRows();
  }
  storeSamples(target, stride, sum);
  return DECODED;
}

/**
 * Transforms the columns of the block. Afterwards the workspace holds the rows of the intermediate
 * values.
 */
@inline
function transformColumns(): void {
  const rounding = v128.load32_splat(COLUMN_ROUNDING);
  transformFour(
    false,
    take(EVEN_LOW_AT),
    take(ODD_LOW_AT),
    take(EVEN_HIGH_AT),
    take(ODD_HIGH_AT),
    rounding,
    COLUMN_SHIFT,
  );
  transformFour(
    true,
    take(EVEN_LOW_AT + VECTOR_BYTES),
    take(ODD_LOW_AT + VECTOR_BYTES),
    take(EVEN_HIGH_AT + VECTOR_BYTES),
    take(ODD_HIGH_AT + VECTOR_BYTES),
    rounding,
    COLUMN_SHIFT,
  );
}

/** Returns a vector of the block, and overwrites it with zeros. */
@inline
function take(at: usize): v128 {
  const pairs = v128.load(at);
  v128.store(at, i32x4.splat(0));
  return pairs;
}

/** Returns true if an intermediate value may have been saturated to 16 bits. */
@inline
function isSaturated(): bool {
  let isExtreme = i32x4.splat(0);
  for (let row = 0; row < 8; row++) isExtreme = v128.or(isExtreme, extremesOf(rowAt(row)));
  return v128.any_true(isExtreme);
}

@inline
function extremesOf(row: v128): v128 {
  return v128.or(i16x8.eq(row, v128.load32_splat(LEAST)), i16x8.eq(row, v128.load32_splat(GREATEST)));
}

@inline
function rowAt(row: i32): v128 {
  return v128.load(WORKSPACE_AT + row * VECTOR_BYTES);
}

/** Transforms the rows. Afterwards the workspace holds the columns of the result. */
@inline
function transformRows(): void {
  const rounding = v128.load32_splat(ROW_ROUNDING);
  // The outputs of the first four rows go to the wide workspace, so the last four rows are not
  // overwritten yet.
  transformFourRows(false, rowAt(0), rowAt(1), rowAt(2), rowAt(3), rounding);
  transformFourRows(true, rowAt(4), rowAt(5), rowAt(6), rowAt(7), rounding);
}

/** Transforms four rows, each stored as pairs of columns: 0 and 2, 1 and 3, 4 and 6, 5 and 7. */
@inline
function transformFourRows(isLast: bool, row0: v128, row1: v128, row2: v128, row3: v128, rounding: v128): void {
  const low01 = interleaveLow32(row0, row1);
  const low23 = interleaveLow32(row2, row3);
  const high01 = interleaveHigh32(row0, row1);
  const high23 = interleaveHigh32(row2, row3);
  transformFour(
    isLast,
    interleaveLow64(low01, low23),
    interleaveHigh64(low01, low23),
    interleaveLow64(high01, high23),
    interleaveHigh64(high01, high23),
    rounding,
    ROW_SHIFT,
  );
}

/** Transforms columns 0..3 of a block in which columns 4..7 and rows 4..7 are zero. */
@inline
function transformLowColumns(): void {
  transformFourLow(false, take(EVEN_LOW_AT), take(ODD_LOW_AT), v128.load32_splat(COLUMN_ROUNDING), COLUMN_SHIFT);
}

/** Transforms the rows of such a block, whose columns 0..3 are in the wide workspace. */
@inline
function transformLowRows(): void {
  const rounding = v128.load32_splat(ROW_ROUNDING);
  const rows02 = lowRowsAt(0, 2);
  const rows13 = lowRowsAt(1, 3);
  const rows46 = lowRowsAt(4, 6);
  const rows57 = lowRowsAt(5, 7);
  transformFourLowRows(false, rows02, rows13, rounding);
  transformFourLowRows(true, rows46, rows57, rounding);
}

/** Returns two rows of the wide workspace in one vector. */
@inline
function lowRowsAt(one: i32, other: i32): v128 {
  return i16x8.narrow_i32x4_s(
    v128.load(WIDE_WORKSPACE_AT + one * VECTOR_BYTES),
    v128.load(WIDE_WORKSPACE_AT + other * VECTOR_BYTES),
  );
}

@inline
function transformFourLowRows(isLast: bool, rows02: v128, rows13: v128, rounding: v128): void {
  const rows01 = interleaveLow32(rows02, rows13);
  const rows23 = interleaveHigh32(rows02, rows13);
  transformFourLow(isLast, interleaveLow64(rows01, rows23), interleaveHigh64(rows01, rows23), rounding, ROW_SHIFT);
}
