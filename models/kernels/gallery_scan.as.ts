/** Fast first pass over the rows of a gallery; see `models/gallery/row_scan.ts`. */
import {
  ANSWERS_OFFSET,
  CODES_AT_ONCE,
  CODES_STRIDE,
  GREATEST_OFFSET,
  QUERY_OFFSET,
  ROWS_AT_ONCE,
  ROWS_PER_BLOCK,
} from "./gallery_places.ts";
import { VECTOR_BYTES } from "./memory.ts";

const FLOAT_BYTES = 4;

/**
 * Computes a result for each of the first `rowCount` rows of `block`: `dot x scale x queryScale +
 * error x errorFactor + slack` in single precision, where `dot` is the dot product of the codes of
 * the row and of the query. At least one row is processed, always in groups of four: up to three
 * results after the last requested one are meaningless.
 */
export function scan(
  block: usize,
  codeBytes: u32,
  rowCount: u32,
  scratch: usize,
  queryScale: f32,
  errorFactor: f32,
  slack: f32,
): void {
  const query = scratch + QUERY_OFFSET;
  const queryEnd = query + 2 * codeBytes;
  let codes = block;
  let scales = block + ROWS_PER_BLOCK * codeBytes;
  let answers = scratch + ANSWERS_OFFSET;
  const end = answers + rowCount * FLOAT_BYTES;
  let greatest = f32x4.splat(-Infinity);
  do {
    let sum0 = i32x4.splat(0);
    let sum1 = i32x4.splat(0);
    let sum2 = i32x4.splat(0);
    let sum3 = i32x4.splat(0);
    let at = query;
    do {
      const eight = v128.load(at);
      sum0 = addProducts(sum0, v128.load_ext<i8>(codes), eight);
      sum1 = addProducts(sum1, v128.load_ext<i8>(codes, CODES_AT_ONCE), eight);
      sum2 = addProducts(sum2, v128.load_ext<i8>(codes, 2 * CODES_AT_ONCE), eight);
      sum3 = addProducts(sum3, v128.load_ext<i8>(codes, 3 * CODES_AT_ONCE), eight);
      codes += CODES_STRIDE;
      at += VECTOR_BYTES;
    } while (at < queryEnd);
    const dots = f32x4.convert_i32x4_s(addPairs(addPairs(sum0, sum1), addPairs(sum2, sum3)));
    const similarities = f32x4.mul(dots, f32x4.mul(v128.load(scales), f32x4.splat(queryScale)));
    const errors = v128.load(scales + ROWS_PER_BLOCK * FLOAT_BYTES);
    const margins = f32x4.add(f32x4.mul(errors, f32x4.splat(errorFactor)), f32x4.splat(slack));
    const four = f32x4.add(similarities, margins);
    v128.store(answers, four);
    greatest = f32x4.pmax(greatest, four);
    scales += ROWS_AT_ONCE * FLOAT_BYTES;
    answers += ROWS_AT_ONCE * FLOAT_BYTES;
  } while (answers < end);
  v128.store(scratch + GREATEST_OFFSET, greatest);
}

/**
 * Adds the products of eight codes of a row and eight of the query to the four sums of that row.
 */
@inline
function addProducts(sums: v128, codes: v128, query: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(codes, query));
}

/** Returns the sums of neighbours: first those of `one`, then those of `other`. */
@inline
function addPairs(one: v128, other: v128): v128 {
  return i32x4.add(i32x4.shuffle(one, other, 0, 2, 4, 6), i32x4.shuffle(one, other, 1, 3, 5, 7));
}
