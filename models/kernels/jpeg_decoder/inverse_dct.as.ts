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
 * The sum up to which the numbers between the passes have 16 bits for certain. Hardly any block is
 * beyond it.
 */
const SUM_SURE: u32 = 5_800;

/** Bits that are kept between the passes. */
const PASS_BITS = 2;
const COLUMN_SHIFT = WEIGHT_BITS - PASS_BITS;
const ROW_SHIFT = WEIGHT_BITS + PASS_BITS + 3;
const COLUMN_ROUNDING = memory.data<i32>([1 << (COLUMN_SHIFT - 1)]);
const ROW_ROUNDING = memory.data<i32>([(1 << (ROW_SHIFT - 1)) + (SAMPLE_CENTRE << ROW_SHIFT)]);

/**
 * The vectors of the block for columns 0..3 that hold pairs of rows; those for 4..7 follow each.
 * See `coefficientOffset()`.
 */
const EVEN_LOW_AT = BLOCK_AT;
const ODD_LOW_AT = BLOCK_AT + 2 * VECTOR_BYTES;
const EVEN_HIGH_AT = BLOCK_AT + 4 * VECTOR_BYTES;
const ODD_HIGH_AT = BLOCK_AT + 6 * VECTOR_BYTES;

/** The least and the greatest 16-bit number, twice. */
const LEAST = memory.data<i16>([-0x8000, -0x8000]);
const GREATEST = memory.data<i16>([0x7fff, 0x7fff]);

/**
 * Writes the samples of the block in the memory, as jidctint.c computes them to the bit, 8 rows of
 * 8 bytes, and zeros in the block's place. `dc` is the DC coefficient, which the block in the
 * memory lacks; `seen` is all entries of coefficients that are not zero, joined by "or", so 0 for
 * none; `sum` that of all absolute values. Returns `GIVEN_UP` if the numbers between the passes do
 * not fit in 16 bits.
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
 * Transforms the columns of the block. The workspace has the rows of what is between the passes
 * afterwards.
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

/** Returns a vector of the block, and leaves zeros there. */
@inline
function take(at: usize): v128 {
  const pairs = v128.load(at);
  v128.store(at, i32x4.splat(0));
  return pairs;
}

/** Returns true if a number between the passes may have become the nearest one of 16 bits. */
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

/** Transforms the rows. The workspace has the columns of the result afterwards. */
@inline
function transformRows(): void {
  const rounding = v128.load32_splat(ROW_ROUNDING);
  // The outputs of the first four rows go to the wide workspace, so the last four rows are still
  // there.
  transformFourRows(false, rowAt(0), rowAt(1), rowAt(2), rowAt(3), rounding);
  transformFourRows(true, rowAt(4), rowAt(5), rowAt(6), rowAt(7), rounding);
}

/**
 * Transforms four rows, each of which is the pairs of columns 0 and 2, 1 and 3, 4 and 6, 5 and 7.
 */
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

/**
 * Transforms columns 0..3 of a block that has nothing but zeros in columns 4..7 and in rows 4..7.
 */
@inline
function transformLowColumns(): void {
  transformFourLow(false, take(EVEN_LOW_AT), take(ODD_LOW_AT), v128.load32_splat(COLUMN_ROUNDING), COLUMN_SHIFT);
}

/** Transforms the rows of such a block, of which columns 0..3 are in the wide workspace. */
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
