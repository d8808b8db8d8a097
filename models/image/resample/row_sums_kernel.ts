import { LazyKernel } from "../../kernels/lazy_kernel.ts";
import { VECTOR_BYTES } from "../../kernels/memory.ts";
import bytes from "../../kernels/row_sums.wasm" with { type: "bytes" };

/** The bytes that are added together, and the bytes of their sums. */
export const GROUP_BYTES = VECTOR_BYTES;
export const GROUP_SUM_BYTES = 2 * VECTOR_BYTES;

/** The bytes of the sums of a pixel: R, G and B. */
export const PIXEL_SUM_BYTES = 3 * 2;

/**
 * The words of a span of pixels: the address of the first one's sums, and how many pixels there
 * are.
 */
export const SPAN_WORDS = 2;
/** The words of the sums of a span: R, G, B and one unused word. */
export const SPAN_SUM_WORDS = 4;

/** The functions of the kernel. */
export interface RowSumsFunctions {
  /** Adds `weight` times each of `groups` times 16 bytes to as many 16-bit sums, modulo 2^16. */
  addRow(source: number, sums: number, groups: number, weight: number): void;
  /** Adds up the sums of the pixels of each span. It reads two bytes behind the last pixel. */
  addSpans(spans: number, target: number, count: number): void;
}

/**
 * One kernel for all pictures of a thread, which come one after the other; its memory holds a row
 * of the largest, and its sums.
 */
export const ROW_SUMS_KERNEL = new LazyKernel<RowSumsFunctions>(bytes);
