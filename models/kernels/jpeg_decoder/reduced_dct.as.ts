import { SAMPLE_CENTRE } from "../jpeg.ts";
import { VECTOR_BYTES } from "../memory.ts";
import { BLOCK_AT, DECODED, GIVEN_UP, REDUCED_SUM_MAX, WIDE_WORKSPACE_AT } from "./memory_map.ts";

// The names are those of jidctred.c; each constant is the number in its name times 2^13.
const CONST_BITS = 13;
const PASS1_BITS = 2;
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

@inline
function evenOfFour(second: i32, sixth: i32): i32 {
  return second * FIX_1_847759065 - sixth * FIX_0_765366865;
}

@inline
function innerOfFour(first: i32, third: i32, fifth: i32, seventh: i32): i32 {
  return first * FIX_1_061594337 - third * FIX_2_172734803 + fifth * FIX_1_451774981 - seventh * FIX_0_211164243;
}

@inline
function outerOfFour(first: i32, third: i32, fifth: i32, seventh: i32): i32 {
  return first * FIX_2_562915447 + third * FIX_0_899976223 - fifth * FIX_0_601344887 - seventh * FIX_0_509795579;
}

@inline
function transformToFour(target: usize, stride: usize): void {
  columnToFour(0);
  columnToFour(1);
  columnToFour(2);
  columnToFour(3);
  columnToFour(5);
  columnToFour(6);
  columnToFour(7);
  for (let row = 0; row < 4; row++) {
    const middle = between(row, 0) << (CONST_BITS + 1);
    const even = evenOfFour(between(row, 2), between(row, 6));
    const inner = innerOfFour(between(row, 1), between(row, 3), between(row, 5), between(row, 7));
    const outer = outerOfFour(between(row, 1), between(row, 3), between(row, 5), between(row, 7));
    const bits = CONST_BITS + PASS1_BITS + 3 + 1;
    store<u8>(target, <u8>sampleOf(descale(middle + even + outer, bits)), 0);
    store<u8>(target, <u8>sampleOf(descale(middle - even + inner, bits)), 1);
    store<u8>(target, <u8>sampleOf(descale(middle - even - inner, bits)), 2);
    store<u8>(target, <u8>sampleOf(descale(middle + even - outer, bits)), 3);
    target += stride;
  }
}

@inline
function columnToFour(column: i32): void {
  const middle = coefficient(0, column) << (CONST_BITS + 1);
  const even = evenOfFour(coefficient(2, column), coefficient(6, column));
  const inner = innerOfFour(
    coefficient(1, column),
    coefficient(3, column),
    coefficient(5, column),
    coefficient(7, column),
  );
  const outer = outerOfFour(
    coefficient(1, column),
    coefficient(3, column),
    coefficient(5, column),
    coefficient(7, column),
  );
  const bits = CONST_BITS - PASS1_BITS + 1;
  setBetween(0, column, descale(middle + even + outer, bits));
  setBetween(1, column, descale(middle - even + inner, bits));
  setBetween(2, column, descale(middle - even - inner, bits));
  setBetween(3, column, descale(middle + even - outer, bits));
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
