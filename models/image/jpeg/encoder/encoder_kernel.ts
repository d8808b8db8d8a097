import bytes from "../../../kernels/jpeg_encoder.wasm" with { type: "bytes" };
import { KernelModule } from "../../../kernels/kernel_module.ts";

/**
 * The functions of the kernel. They work on the memory that
 * `models/kernels/jpeg_encoder/memory_map.ts` lays out.
 */
export interface EncoderKernel {
  /** Starts a picture: resets the output and the DC predictors. */
  start(isAccurate: number): void;
  /**
   * Encodes the MCUs of a tile whose pixels are in memory. Only the first `2 x pairCount` of its 16
   * rows are part of the picture, and only the left half of the last MCU if `endsHalf` is 1.
   * Returns the number of file bytes produced.
   */
  encode(mcuCount: number, pairCount: number, endsHalf: number): number;
  /** Writes the remaining bits after the last tile. Returns the number of file bytes produced. */
  finish(): number;
}

/** Single steps of the encoder, exported for tests. */
export interface EncoderSteps {
  /**
   * Converts the sixteen pixels at address `pixels` and those of the rows below into the blocks of
   * an MCU.
   */
  convert(pixels: number, pairCount: number): void;
  /**
   * Transforms the samples of a block into quantised coefficients. Returns a bit for each
   * coefficient that is not 0, in zigzag order.
   */
  transform(block: number, division: number, isAccurate: number): bigint;
  /**
   * Converts the first `count` bytes of the words to bytes of the file. Returns the number of file
   * bytes.
   */
  stuff(count: number): number;
}

/** The compiled kernel; each encoder has its own instance. */
export const ENCODER_KERNEL = new KernelModule<EncoderKernel & EncoderSteps>(bytes);
