/**
 * Depthwise convolutions that replace a function of the inference engine; see
 * `node/engine/patches/README.md`. The kernel works in the memory of the engine and owns none of
 * it, so it has no constants in memory and no globals.
 */
import { ConvParameters } from "./depthwise/conv_parameters.as.ts";
import { FLOAT_BYTES, LANES } from "./depthwise/lanes.as.ts";
import { convolve5By1, convolve5By2, convolve7By1, convolve7By2 } from "./depthwise/large_filters.as.ts";
import { copyRows } from "./depthwise/padded_rows.as.ts";
import { convolve3By1, convolve3By2 } from "./depthwise/small_filter.as.ts";

/**
 * Size of the working buffer of a thread, in floats (`MLAS_CONV_WORKING_BUFFER_SIZE_PER_THREAD`).
 */
const BUFFER_FLOATS: u32 = 128 * 128;

/** The original `MlasConvOperation` of the engine. */
@external("engine", "convolve")
declare function convolveByEngine(
  parameters: ConvParameters,
  input: usize,
  filter: usize,
  bias: usize,
  buffer: usize,
  output: usize,
  segmentStart: u32,
  segmentCount: u32,
): void;

/** `MlasActivation`: adds the bias and applies the activation that follows the convolution. */
@external("engine", "activate")
declare function activate(
  activation: usize,
  values: usize,
  bias: usize,
  rows: u32,
  columns: u32,
  stride: u32,
): void;

/**
 * `MlasConvOperation`: computes one group of a convolution. A group with one channel and one filter
 * is computed here, any other one by the engine.
 *
 * The engine writes a column of numbers for each output and multiplies all columns by a matrix of
 * one row. This kernel copies the plane into the buffer instead, as many rows as fit, with zeros
 * around it, and adds up the products in place.
 */
export function convolve(
  parameters: ConvParameters,
  input: usize,
  filter: usize,
  bias: usize,
  buffer: usize,
  output: usize,
  segmentStart: u32,
  segmentCount: u32,
): void {
  const isWhole = segmentStart == 0 && segmentCount == parameters.outputSize;
  if (isWhole && isDepthwise(parameters) && convolvePlane(parameters, input, filter, buffer, output)) {
    activate(parameters.activation, output, bias, 1, segmentCount, segmentCount);
  } else {
    convolveByEngine(parameters, input, filter, bias, buffer, output, segmentStart, segmentCount);
  }
}

/**
 * Returns true for a group with one channel and one filter whose size and stride have a loop here.
 */
@inline
function isDepthwise(parameters: ConvParameters): bool {
  const size = parameters.kernelWidth;
  const stride = parameters.strideWidth;
  return parameters.dimensions == 2 && parameters.filterCount == 1 && parameters.productCount == size * size &&
    parameters.kernelHeight == size && (size == 3 || size == 5 || size == 7) && (stride == 1 || stride == 2) &&
    parameters.dilationHeight == 1 && parameters.dilationWidth == 1 && parameters.beta == 0 &&
    parameters.paddingLeft < size;
}

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
  if (size == 3) {
    if (stride == 1) convolve3By1(source, rowBytes, stepBytes, filter, output, width, rows);
    else convolve3By2(source, rowBytes, stepBytes, filter, output, width, rows);
  } else if (size == 5) {
    if (stride == 1) convolve5By1(source, rowBytes, stepBytes, filter, output, width, rows);
    else convolve5By2(source, rowBytes, stepBytes, filter, output, width, rows);
  } else {
    if (stride == 1) convolve7By1(source, rowBytes, stepBytes, filter, output, width, rows);
    else convolve7By2(source, rowBytes, stepBytes, filter, output, width, rows);
  }
}

/**
 * Convolves a plane band by band. Returns false if it is too narrow for a vector or too wide for
 * the buffer.
 */
@inline
function convolvePlane(parameters: ConvParameters, input: usize, filter: usize, buffer: usize, output: usize): bool {
  const size = parameters.kernelWidth;
  const stride = parameters.strideWidth;
  const strideDown = parameters.strideHeight;
  const outputWidth = parameters.outputWidth;
  let outputRowsLeft = parameters.outputHeight;
  const rowFloats = outputWidth * stride + size;
  const rowsMax = (BUFFER_FLOATS - LANES) / rowFloats;
  const copied = min(parameters.inputWidth, rowFloats - parameters.paddingLeft);
  if (outputRowsLeft == 0 || outputWidth < LANES || copied < LANES || rowsMax < size) return false;
  const rowBytes = rowFloats * FLOAT_BYTES;
  const outputRowsMax = (rowsMax - size) / strideDown + 1;
  let row = 0 - parameters.paddingTop;
  do {
    const outputRows = min(outputRowsMax, outputRowsLeft);
    copyRows(parameters, input, copied, buffer, rowBytes, row, (outputRows - 1) * strideDown + size);
    convolveRows(size, stride, buffer, rowBytes, rowBytes * strideDown, filter, output, outputWidth, outputRows);
    output += outputRows * outputWidth * FLOAT_BYTES;
    row += outputRows * strideDown;
    outputRowsLeft -= outputRows;
  } while (outputRowsLeft);
  return true;
}
