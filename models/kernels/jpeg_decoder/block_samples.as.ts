import { SAMPLE_CENTRE } from "../jpeg.ts";
import { VECTOR_BYTES } from "../memory.ts";
import {
  interleaveHigh16,
  interleaveHigh32,
  interleaveHigh8,
  interleaveLow16,
  interleaveLow32,
  interleaveLow8,
} from "../vector/interleave.as.ts";
import { WORKSPACE_AT } from "./memory_map.ts";

/**
 * Largest sum of the absolute coefficients of a block for which no sample needs wrapping: each
 * sample is then less than 512 from the centre, since it is at most 1.3871^2 / 8 of the sum. Beyond
 * that the range limit table of jdmaster.c wraps around.
 */
const SUM_IN_RANGE: u32 = 2_120;

const CENTRE = memory.data<i16>([<i16>SAMPLE_CENTRE, <i16>SAMPLE_CENTRE]);

/** Converts the columns in the workspace to bytes, transposes them to rows and stores these. */
@inline
export function storeSamples(target: usize, stride: usize, sum: u32): void {
  let column0 = columnAt(0);
  let column1 = columnAt(1);
  let column2 = columnAt(2);
  let column3 = columnAt(3);
  let column4 = columnAt(4);
  let column5 = columnAt(5);
  let column6 = columnAt(6);
  let column7 = columnAt(7);
  if (sum > SUM_IN_RANGE) {
    column0 = wrapped(column0);
    column1 = wrapped(column1);
    column2 = wrapped(column2);
    column3 = wrapped(column3);
    column4 = wrapped(column4);
    column5 = wrapped(column5);
    column6 = wrapped(column6);
    column7 = wrapped(column7);
  }
  const columns04 = i8x16.narrow_i16x8_u(column0, column4);
  const columns15 = i8x16.narrow_i16x8_u(column1, column5);
  const columns26 = i8x16.narrow_i16x8_u(column2, column6);
  const columns37 = i8x16.narrow_i16x8_u(column3, column7);
  const columns01 = interleaveLow8(columns04, columns15);
  const columns23 = interleaveLow8(columns26, columns37);
  const columns45 = interleaveHigh8(columns04, columns15);
  const columns67 = interleaveHigh8(columns26, columns37);
  // The left and the right half of rows 0..3, then of rows 4..7.
  const upperLeft = interleaveLow16(columns01, columns23);
  const upperRight = interleaveLow16(columns45, columns67);
  const lowerLeft = interleaveHigh16(columns01, columns23);
  const lowerRight = interleaveHigh16(columns45, columns67);
  storeTwoRows(interleaveLow32(upperLeft, upperRight), target, stride);
  storeTwoRows(interleaveHigh32(upperLeft, upperRight), target + 2 * stride, stride);
  storeTwoRows(interleaveLow32(lowerLeft, lowerRight), target + 4 * stride, stride);
  storeTwoRows(interleaveHigh32(lowerLeft, lowerRight), target + 6 * stride, stride);
}

/**
 * Stores a block whose samples are all equal: both passes of the inverse DCT then amount to `(4 dc
 * + 16) >> 5`.
 */
@inline
export function storeFlat(dc: i32, target: usize, stride: usize): void {
  const samples = wrapped(i16x8.add(i16x8.splat(<i16>((dc + 4) >> 3)), v128.load32_splat(CENTRE)));
  const rows = i8x16.narrow_i16x8_u(samples, samples);
  storeTwoRows(rows, target, stride);
  storeTwoRows(rows, target + 2 * stride, stride);
  storeTwoRows(rows, target + 4 * stride, stride);
  storeTwoRows(rows, target + 6 * stride, stride);
}

@inline
function columnAt(column: i32): v128 {
  return v128.load(WORKSPACE_AT + column * VECTOR_BYTES);
}

/**
 * Wraps samples as the range limit table does: only the lowest ten bits of the distance from the
 * centre count.
 */
@inline
function wrapped(samples: v128): v128 {
  const centre = v128.load32_splat(CENTRE);
  return i16x8.add(i16x8.shr_s(i16x8.shl(i16x8.sub(samples, centre), 6), 6), centre);
}

@inline
function storeTwoRows(rows: v128, target: usize, stride: usize): void {
  v128.store64_lane(target, rows, 0);
  v128.store64_lane(target + stride, rows, 1);
}
