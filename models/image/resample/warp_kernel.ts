import { LazyKernel } from "../../kernels/lazy_kernel.ts";
import bytes from "../../kernels/warp.wasm" with { type: "bytes" };

/** The words of the sum of a pixel: R, G, B and one unused word. */
export const SUM_WORDS = 4;
/**
 * The bytes that are read at the address of a neighbour: two pixels, and two bytes that do not
 * count.
 */
export const READ_BYTES = 8;

/** The functions of the kernel. */
interface WarpFunctions {
  /**
   * Writes for each of `pixels` the sum of its samples, times 256 x 256. Rows are `stride` bytes
   * apart.
   */
  sumSamples(samples: number, samplesEach: number, stride: number, sums: number, pixels: number): void;
}

/** One kernel for all pictures of a thread, which come one after the other. */
export const WARP_KERNEL = new LazyKernel<WarpFunctions>(bytes);
