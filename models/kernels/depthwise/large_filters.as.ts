import { VECTOR_BYTES } from "../memory.ts";
import { FLOAT_BYTES, LANES } from "./lanes.as.ts";
import { addProduct, inputs } from "./products.as.ts";

// Each filter shape has a function of its own; otherwise the compiler would create one loop for all
// of them that checks the shape for every number.

/** Convolves rows by a filter of 5 x 5 that moves by 1. */
export function convolve5By1(
  source: usize,
  rowBytes: u32,
  stepBytes: u32,
  filter: usize,
  output: usize,
  width: u32,
  rows: u32,
): void {
  convolveRows(5, 1, source, rowBytes, stepBytes, filter, output, width, rows);
}

/** Convolves rows by a filter of 5 x 5 that moves by 2. */
export function convolve5By2(
  source: usize,
  rowBytes: u32,
  stepBytes: u32,
  filter: usize,
  output: usize,
  width: u32,
  rows: u32,
): void {
  convolveRows(5, 2, source, rowBytes, stepBytes, filter, output, width, rows);
}

/** Convolves rows by a filter of 7 x 7 that moves by 1. */
export function convolve7By1(
  source: usize,
  rowBytes: u32,
  stepBytes: u32,
  filter: usize,
  output: usize,
  width: u32,
  rows: u32,
): void {
  convolveRows(7, 1, source, rowBytes, stepBytes, filter, output, width, rows);
}

/** Convolves rows by a filter of 7 x 7 that moves by 2. */
export function convolve7By2(
  source: usize,
  rowBytes: u32,
  stepBytes: u32,
  filter: usize,
  output: usize,
  width: u32,
  rows: u32,
): void {
  convolveRows(7, 2, source, rowBytes, stepBytes, filter, output, width, rows);
}

/**
 * Does the same as {@link convolve3By1} with a larger filter, which is loaded again for every
 * output.
 */
@inline
function convolveRows(
  size: u32,
  stride: u32,
  source: usize,
  rowBytes: u32,
  stepBytes: u32,
  filter: usize,
  output: usize,
  width: u32,
  rows: u32,
): void {
  for (; rows; rows--) {
    convolveRow(size, stride, source, rowBytes, filter, output, width);
    output += width * FLOAT_BYTES;
    source += stepBytes;
  }
}

/** Convolves one row, four outputs at a time; the last four may overlap the previous ones. */
@inline
function convolveRow(
  size: u32,
  stride: u32,
  from: usize,
  rowBytes: u32,
  filter: usize,
  to: usize,
  width: u32,
): void {
  let left = width;
  do {
    if (left < LANES) {
      from -= (LANES - left) * FLOAT_BYTES * stride;
      to -= (LANES - left) * FLOAT_BYTES;
      left = LANES;
    }
    v128.store(to, fourOutputs(size, stride, from, rowBytes, filter));
    from += VECTOR_BYTES * stride;
    to += VECTOR_BYTES;
    left -= LANES;
  } while (left);
}

@inline
function fourOutputs(size: u32, stride: u32, from: usize, rowBytes: u32, filter: usize): v128 {
  let sums = f32x4.splat(0);
  sums = addRow(sums, size, stride, from, filter);
  sums = addRow(sums, size, stride, from += rowBytes, filter += size * FLOAT_BYTES);
  sums = addRow(sums, size, stride, from += rowBytes, filter += size * FLOAT_BYTES);
  sums = addRow(sums, size, stride, from += rowBytes, filter += size * FLOAT_BYTES);
  sums = addRow(sums, size, stride, from += rowBytes, filter += size * FLOAT_BYTES);
  if (size == 5) return sums;
  sums = addRow(sums, size, stride, from += rowBytes, filter += size * FLOAT_BYTES);
  return addRow(sums, size, stride, from += rowBytes, filter += size * FLOAT_BYTES);
}

/** Adds the products of one row of the filter. */
@inline
function addRow(sums: v128, size: u32, stride: u32, from: usize, weights: usize): v128 {
  sums = addProduct(sums, inputs(from, stride), v128.load32_splat(weights));
  sums = addProduct(sums, inputs(from + 4, stride), v128.load32_splat(weights, 4));
  sums = addProduct(sums, inputs(from + 8, stride), v128.load32_splat(weights, 8));
  sums = addProduct(sums, inputs(from + 12, stride), v128.load32_splat(weights, 12));
  sums = addProduct(sums, inputs(from + 16, stride), v128.load32_splat(weights, 16));
  if (size == 5) return sums;
  sums = addProduct(sums, inputs(from + 20, stride), v128.load32_splat(weights, 20));
  return addProduct(sums, inputs(from + 24, stride), v128.load32_splat(weights, 24));
}
