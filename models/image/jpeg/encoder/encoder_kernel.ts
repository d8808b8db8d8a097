import bytes from "../../../kernels/jpeg_encoder.wasm" with { type: "bytes" };
import { KernelModule } from "../../../kernels/kernel_module.ts";

/**
 * The functions of the kernel. They work on the memory that
 * `models/kernels/jpeg_encoder/memory_map.ts` lays out.
 */
export interface EncoderKernel {
  /** Begins a picture: nothing is written yet, nothing predicted. */
  start(isAccurate: number): void;
  /**
   * Encodes the MCUs of a tile whose pixels are in memory. Of 16 rows the first `2 x pairCount`
   * count; of the last MCU only the left half if `endsHalf` is 1. Returns the number of bytes of
   * the file that it made.
   */
  encode(mcuCount: number, pairCount: number, endsHalf: number): number;
  /**
   * Writes what is left when there are no more tiles. Returns the number of bytes of the file that
   * it made.
   */
  finish(): number;
}

/** A step of the encoder alone, for its tests. */
export interface EncoderSteps {
  /**
   * Converts the sixteen pixels at an address and those of the rows below into the blocks of an
   * MCU.
   */
  convert(pixels: number, pairCount: number): void;
  /**
   * Transforms the samples of a block into quantised coefficients. Returns those that are not 0, a
   * bit each in zigzag order.
   */
  transform(block: number, division: number, isAccurate: number): bigint;
  /**
   * Makes bytes of the file of the first `count` bytes of the words. Returns the number of bytes
   * made.
   */
  stuff(count: number): number;
}

/** The kernel, from which each instance gets its functions. */
export const ENCODER_KERNEL = new KernelModule<EncoderKernel & EncoderSteps>(bytes);
