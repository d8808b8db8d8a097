import { VECTOR_BYTES } from "../memory.ts";
import { ConvParameters } from "./conv_parameters.as.ts";
import { FLOAT_BYTES, LANES } from "./lanes.as.ts";

/**
 * Copies `rows` rows of a plane to `buffer`, `rowBytes` each, starting with row number `row`; some
 * may lie outside the plane. In each row the `copied` numbers of the plane follow the left padding,
 * and all others are 0. Up to three numbers after the last row are written too.
 */
export function copyRows(
  parameters: ConvParameters,
  input: usize,
  copied: u32,
  buffer: usize,
  rowBytes: u32,
  row: u32,
  rows: u32,
): void {
  const width = parameters.inputWidth;
  const paddingBytes = parameters.paddingLeft * FLOAT_BYTES;
  for (; rows; rows--, row++) {
    const end = buffer + rowBytes;
    let to = buffer;
    // A row above the plane has a negative number, which as an unsigned number exceeds any height.
    if (row < parameters.inputHeight) {
      writeZeros(to, buffer + paddingBytes);
      to = copyFloats(input + row * width * FLOAT_BYTES, buffer + paddingBytes, copied);
    }
    writeZeros(to, end);
    buffer = end;
  }
}

/** Writes zeros up to `end`, and up to three more, which are overwritten later. */
@inline
function writeZeros(to: usize, end: usize): void {
  for (; to < end; to += VECTOR_BYTES) v128.store(to, i32x4.splat(0));
}

/**
 * Copies `count` floats, at least four, four at a time; the last four may overlap the previous
 * ones. Returns the end of the copy.
 */
@inline
function copyFloats(from: usize, to: usize, count: u32): usize {
  const end = to + count * FLOAT_BYTES;
  do {
    if (count < LANES) {
      from -= (LANES - count) * FLOAT_BYTES;
      to -= (LANES - count) * FLOAT_BYTES;
      count = LANES;
    }
    v128.store(to, v128.load(from));
    from += VECTOR_BYTES;
    to += VECTOR_BYTES;
    count -= LANES;
  } while (count);
  return end;
}
