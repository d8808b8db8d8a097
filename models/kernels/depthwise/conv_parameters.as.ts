/**
 * The fields of `MLAS_CONV_PARAMETERS` of the engine up to the last one that is read. Lists have
 * three dimensions, of which two are used.
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
  /** Padding at the bottom and at the right, and two unused entries. */
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
  /** Number of products in one output (`K`). */
  productCount: u32;
  /** Factor of the previous content of the output. */
  beta: f32;
}
