import { VECTOR_BYTES } from "../memory.ts";
import { FLOAT_BYTES, LANES } from "./lanes.as.ts";
import { addProduct, inputs } from "./products.as.ts";

/**
 * Convolves rows by a 3 x 3 filter with a horizontal stride of 1: `rows` adjacent output rows of
 * `width` numbers each, at least four. `source` holds rows of floats, `rowBytes` apart; the input
 * of each output row starts `stepBytes` after that of the previous one. Each source row has `stride
 * * width + size` numbers; the last of them are read but do not affect the result.
 *
 * The products of each output are added in the order of the filter, starting from 0, and each sum
 * is rounded, as in a matrix product in which the filter is the only row.
 */
export function convolve3By1(
  source: usize,
  rowBytes: u32,
  stepBytes: u32,
  filter: usize,
  output: usize,
  width: u32,
  rows: u32,
): void {
  convolveRows(1, source, rowBytes, stepBytes, filter, output, width, rows);
}

/** Does the same with a horizontal stride of 2. */
export function convolve3By2(
  source: usize,
  rowBytes: u32,
  stepBytes: u32,
  filter: usize,
  output: usize,
  width: u32,
  rows: u32,
): void {
  convolveRows(2, source, rowBytes, stepBytes, filter, output, width, rows);
}

/** Keeps the filter in registers, of which there are too few for a larger one. */
@inline
function convolveRows(
  stride: u32,
  source: usize,
  rowBytes: u32,
  stepBytes: u32,
  filter: usize,
  output: usize,
  width: u32,
  rows: u32,
): void {
  const weight0 = v128.load32_splat(filter);
  const weight1 = v128.load32_splat(filter, 4);
  const weight2 = v128.load32_splat(filter, 8);
  const weight3 = v128.load32_splat(filter, 12);
  const weight4 = v128.load32_splat(filter, 16);
  const weight5 = v128.load32_splat(filter, 20);
  const weight6 = v128.load32_splat(filter, 24);
  const weight7 = v128.load32_splat(filter, 28);
  const weight8 = v128.load32_splat(filter, 32);
  for (; rows; rows--) {
    let from = source;
    let to = output;
    let left = width;
    do {
      // The last four outputs may overlap the previous ones.
      if (left < LANES) {
        from -= (LANES - left) * FLOAT_BYTES * stride;
        to -= (LANES - left) * FLOAT_BYTES;
        left = LANES;
      }
      let sums = f32x4.splat(0);
      sums = addRow(sums, stride, from, weight0, weight1, weight2);
      sums = addRow(sums, stride, from + rowBytes, weight3, weight4, weight5);
      sums = addRow(sums, stride, from + rowBytes + rowBytes, weight6, weight7, weight8);
      v128.store(to, sums);
      from += VECTOR_BYTES * stride;
      to += VECTOR_BYTES;
      left -= LANES;
    } while (left);
    output += width * FLOAT_BYTES;
    source += stepBytes;
  }
}

/** Adds the products of one row of the filter. */
@inline
function addRow(sums: v128, stride: u32, from: usize, weight0: v128, weight1: v128, weight2: v128): v128 {
  sums = addProduct(sums, inputs(from, stride), weight0);
  sums = addProduct(sums, inputs(from + 4, stride), weight1);
  return addProduct(sums, inputs(from + 8, stride), weight2);
}
