import { SAMPLE_CENTRE } from "../jpeg.ts";
import { VECTOR_BYTES } from "../memory.ts";
import {
  interleaveHigh32,
  interleaveHigh64,
  interleaveLow32,
  interleaveLow64,
} from "../vector/interleave.as.ts";
import { BLOCK_AT, DECODED, GIVEN_UP, REDUCED_SUM_MAX, WIDE_WORKSPACE_AT } from "./memory_map.ts";

// The names are those of jidctred.c; each constant is the number in its name times 2^13.
const CONST_BITS = 13;
const PASS1_BITS = 2;
/** The weight of the DC coefficient: 2 times 2^13. */
const DC_WEIGHT = 16_384;
const FIX_0_211164243 = 1_730;
const FIX_0_509795579 = 4_176;
const FIX_0_601344887 = 4_926;
const FIX_0_720959822 = 5_906;
const FIX_0_765366865 = 6_270;
const FIX_0_850430095 = 6_967;
const FIX_0_899976223 = 7_373;
const FIX_1_061594337 = 8_697;
const FIX_1_272758580 = 10_426;
const FIX_1_451774981 = 11_893;
const FIX_1_847759065 = 15_137;
const FIX_2_172734803 = 17_799;
const FIX_2_562915447 = 20_995;
const FIX_3_624509785 = 29_692;

/** The weights of the rows of a column, in pairs, for its four results. */
const PLUS_02 = memory.data<i16>([<i16>DC_WEIGHT, <i16>FIX_1_847759065]);
const PLUS_46 = memory.data<i16>([<i16>0, <i16>-FIX_0_765366865]);
const MINUS_02 = memory.data<i16>([<i16>DC_WEIGHT, <i16>-FIX_1_847759065]);
const MINUS_46 = memory.data<i16>([<i16>0, <i16>FIX_0_765366865]);
const INNER_13 = memory.data<i16>([<i16>FIX_1_061594337, <i16>-FIX_2_172734803]);
const INNER_57 = memory.data<i16>([<i16>FIX_1_451774981, <i16>-FIX_0_211164243]);
const OUTER_13 = memory.data<i16>([<i16>FIX_2_562915447, <i16>FIX_0_899976223]);
const OUTER_57 = memory.data<i16>([<i16>-FIX_0_601344887, <i16>-FIX_0_509795579]);

/** A column between the passes: four numbers of 32 bits. */
const COLUMN_BYTES = 16;

/**
 * Writes the samples of the block in the memory at a reduced size, as jidctred.c computes them to
 * the bit, and zeros in the block's place. `side` is 4, 2 or 1 samples; the other parameters are
 * those of `transform`. Returns `GIVEN_UP` if the numbers may not fit in 32 bits.
 */
export function transformReduced(dc: i32, target: usize, stride: usize, seen: u32, sum: u32, side: u32): i32 {
  if (sum > <u32>REDUCED_SUM_MAX) return GIVEN_UP;
  if (seen == 0 || side == 1) {
    storeFlat(<u32>sampleOf((dc + 4) >> 3), target, stride, side);
  } else {
    store<i16>(BLOCK_AT, <i16>dc);
    if (side == 4) transformToFour(target, stride);
    else transformToTwo(target, stride);
  }
  if (seen != 0) clearBlock();
  return DECODED;
}

@inline
function storeFlat(sample: u32, target: usize, stride: usize, side: u32): void {
  if (side == 1) {
    store<u8>(target, <u8>sample);
  } else if (side == 2) {
    store<u16>(target, <u16>(sample * 0x0101));
    store<u16>(target + stride, <u16>(sample * 0x0101));
  } else {
    for (let row = 0; row < 4; row++) {
      store<u32>(target, sample * 0x01010101);
      target += stride;
    }
  }
}

@inline
function clearBlock(): void {
  for (let at = BLOCK_AT; at < BLOCK_AT + 8 * VECTOR_BYTES; at += VECTOR_BYTES) v128.store(at, i32x4.splat(0));
}

/** Returns a coefficient of the block; see `coefficientOffset()` in `quantisation_table.ts`. */
@inline
function coefficient(row: i32, column: i32): i32 {
  const pair = 2 * (row >> 2) + (row & 1);
  const unit = 2 * (column & 1) + ((column >> 1) & 1);
  return load<i16>(BLOCK_AT + (2 * pair + (column >> 2)) * 16 + unit * 4 + ((row >> 1) & 1) * 2);
}

/** Returns a number between the passes. */
@inline
function between(row: i32, column: i32): i32 {
  return load<i32>(WIDE_WORKSPACE_AT + column * COLUMN_BYTES + row * 4);
}

@inline
function setBetween(row: i32, column: i32, value: i32): void {
  store<i32>(WIDE_WORKSPACE_AT + column * COLUMN_BYTES + row * 4, value);
}

@inline
function descale(value: i32, bits: i32): i32 {
  return (value + (1 << (bits - 1))) >> bits;
}

/** Returns the sample that the table of range limits has for a distance from the centre. */
@inline
function sampleOf(distance: i32): i32 {
  const sample = ((distance << 22) >> 22) + SAMPLE_CENTRE;
  return max(0, min(255, sample));
}

/** Transforms to four samples a side: the columns, then the rows, four of them at once. */
@inline
function transformToFour(target: usize, stride: usize): void {
  columnsToFour(BLOCK_AT, WIDE_WORKSPACE_AT);
  columnsToFour(BLOCK_AT + VECTOR_BYTES, WIDE_WORKSPACE_AT + 4 * VECTOR_BYTES);
  const middle = i32x4.shl(columnAt(0), CONST_BITS + 1);
  const even = i32x4.sub(times(columnAt(1), FIX_1_847759065), times(columnAt(5), FIX_0_765366865));
  const inner = sumOfFour(
    times(columnAt(2), FIX_1_061594337),
    times(columnAt(3), -FIX_2_172734803),
    times(columnAt(6), FIX_1_451774981),
    times(columnAt(7), -FIX_0_211164243),
  );
  const outer = sumOfFour(
    times(columnAt(2), FIX_2_562915447),
    times(columnAt(3), FIX_0_899976223),
    times(columnAt(6), -FIX_0_601344887),
    times(columnAt(7), -FIX_0_509795579),
  );
  const plus = i32x4.add(middle, even);
  const minus = i32x4.sub(middle, even);
  const columns01 = i16x8.narrow_i32x4_s(samplesOf(i32x4.add(plus, outer)), samplesOf(i32x4.add(minus, inner)));
  const columns23 = i16x8.narrow_i32x4_s(samplesOf(i32x4.sub(minus, inner)), samplesOf(i32x4.sub(plus, outer)));
  const columns = i8x16.narrow_i16x8_u(columns01, columns23);
  const rows = i8x16.shuffle(columns, columns, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  v128.store32_lane(target, rows, 0);
  v128.store32_lane(target + stride, rows, 1);
  v128.store32_lane(target + 2 * stride, rows, 2);
  v128.store32_lane(target + 3 * stride, rows, 3);
}

/**
 * Transforms the four columns whose pairs of rows are at `from` and every 32 bytes behind it. Their
 * results follow one another at `target`, in the order of the block: columns 0, 2, 1, 3.
 */
@inline
function columnsToFour(from: usize, target: usize): void {
  const rows02 = v128.load(from);
  const rows13 = v128.load(from, 2 * VECTOR_BYTES);
  const rows46 = v128.load(from, 4 * VECTOR_BYTES);
  const rows57 = v128.load(from, 6 * VECTOR_BYTES);
  const plus = dots(rows02, PLUS_02, rows46, PLUS_46);
  const minus = dots(rows02, MINUS_02, rows46, MINUS_46);
  const inner = dots(rows13, INNER_13, rows57, INNER_57);
  const outer = dots(rows13, OUTER_13, rows57, OUTER_57);
  const row0 = betweenPasses(i32x4.add(plus, outer));
  const row1 = betweenPasses(i32x4.add(minus, inner));
  const row2 = betweenPasses(i32x4.sub(minus, inner));
  const row3 = betweenPasses(i32x4.sub(plus, outer));
  const low01 = interleaveLow32(row0, row1);
  const low23 = interleaveLow32(row2, row3);
  const high01 = interleaveHigh32(row0, row1);
  const high23 = interleaveHigh32(row2, row3);
  v128.store(target, interleaveLow64(low01, low23));
  v128.store(target, interleaveHigh64(low01, low23), VECTOR_BYTES);
  v128.store(target, interleaveLow64(high01, high23), 2 * VECTOR_BYTES);
  v128.store(target, interleaveHigh64(high01, high23), 3 * VECTOR_BYTES);
}

/** Returns the sums of two pairs of products; the weights of a pair are at `one` and `other`. */
@inline
function dots(rows: v128, one: usize, otherRows: v128, other: usize): v128 {
  return i32x4.add(
    i32x4.dot_i16x8_s(rows, v128.load32_splat(one)),
    i32x4.dot_i16x8_s(otherRows, v128.load32_splat(other)),
  );
}

@inline
function betweenPasses(sums: v128): v128 {
  const bits = CONST_BITS - PASS1_BITS + 1;
  return i32x4.shr_s(i32x4.add(sums, i32x4.splat(1 << (bits - 1))), bits);
}

@inline
function columnAt(place: i32): v128 {
  return v128.load(WIDE_WORKSPACE_AT + place * VECTOR_BYTES);
}

@inline
function times(column: v128, weight: i32): v128 {
  return i32x4.mul(column, i32x4.splat(weight));
}

@inline
function sumOfFour(one: v128, two: v128, three: v128, four: v128): v128 {
  return i32x4.add(i32x4.add(one, two), i32x4.add(three, four));
}

/** Returns the samples that the table of range limits has, still to be limited to a byte. */
@inline
function samplesOf(sums: v128): v128 {
  const bits = CONST_BITS + PASS1_BITS + 3 + 1;
  const distances = i32x4.shr_s(i32x4.add(sums, i32x4.splat(1 << (bits - 1))), bits);
  return i32x4.add(i32x4.shr_s(i32x4.shl(distances, 22), 22), i32x4.splat(SAMPLE_CENTRE));
}

@inline
function oddOfTwo(first: i32, third: i32, fifth: i32, seventh: i32): i32 {
  return first * FIX_3_624509785 - third * FIX_1_272758580 + fifth * FIX_0_850430095 - seventh * FIX_0_720959822;
}

@inline
function transformToTwo(target: usize, stride: usize): void {
  columnToTwo(0);
  columnToTwo(1);
  columnToTwo(3);
  columnToTwo(5);
  columnToTwo(7);
  for (let row = 0; row < 2; row++) {
    const middle = between(row, 0) << (CONST_BITS + 2);
    const odd = oddOfTwo(between(row, 1), between(row, 3), between(row, 5), between(row, 7));
    const bits = CONST_BITS + PASS1_BITS + 3 + 2;
    store<u8>(target, <u8>sampleOf(descale(middle + odd, bits)), 0);
    store<u8>(target, <u8>sampleOf(descale(middle - odd, bits)), 1);
    target += stride;
  }
}

@inline
function columnToTwo(column: i32): void {
  const middle = coefficient(0, column) << (CONST_BITS + 2);
  const odd = oddOfTwo(
    coefficient(1, column),
    coefficient(3, column),
    coefficient(5, column),
    coefficient(7, column),
  );
  const bits = CONST_BITS - PASS1_BITS + 2;
  setBetween(0, column, descale(middle + odd, bits));
  setBetween(1, column, descale(middle - odd, bits));
}
