/**
 * `MLAS_CONV_PARAMETERS` of the engine, as far as it is read: lists of three dimensions, of which
 * two are used.
 */
@unmanaged
export class ConvParameters {
  activation: usize;
  dimensions: u32;
  batchCount: u32;
  groupCount: u32;
  inputChannels: u32;
  channelsLast: u32;
  inputHeight: u32;
  inputWidth: u32;
  inputUnused: u32;
  kernelHeight: u32;
  kernelWidth: u32;
  kernelUnused: u32;
  dilationHeight: u32;
  dilationWidth: u32;
  dilationUnused: u32;
  paddingTop: u32;
  paddingLeft: u32;
  /** Below and to the right, and two that are not used. */
  paddingBehind0: u32;
  paddingBehind1: u32;
  paddingBehind2: u32;
  paddingBehind3: u32;
  strideHeight: u32;
  strideWidth: u32;
  strideUnused: u32;
  filterCount: u32;
  outputHeight: u32;
  outputWidth: u32;
  outputUnused: u32;
  inputSize: u32;
  outputSize: u32;
  /** The products of one output (`K`). */
  productCount: u32;
  /** The factor of what is in the output before. */
  beta: f32;
}
