import bytes from "../../../kernels/jpeg_decoder.wasm" with { type: "bytes" };
import { KernelModule } from "../../../kernels/kernel_module.ts";

/** The functions of the kernel. They work in a memory laid out as memory_map.ts describes. */
export interface DecoderKernel {
  /**
   * Copies the bits of a scan from `from` to the target address in the state, removes the stuffed
   * zero after each 0xff byte, and stops before a marker. Returns the address of the marker.
   */
  unstuff(from: number): number;
  /**
   * Decodes `mcus` MCUs to samples; `blocksEnd` is the end of the list of blocks of an MCU. Returns
   * `DECODED` or `GIVEN_UP`.
   */
  decode(mcus: number, blocksEnd: number): number;
  /**
   * Writes the samples of the block in the memory, and overwrites the block with zeros. Returns
   * `DECODED` or `GIVEN_UP`.
   */
  transform(dc: number, target: number, stride: number, seen: number, sum: number): number;
  /** Writes a row of `groups` times 16 pixels whose chroma has full horizontal resolution. */
  wholeRow(luma: number, cb: number, cr: number, target: number, groups: number): void;
  /**
   * Writes a row of `groups` times 16 pixels whose chroma has half the horizontal resolution, and
   * possibly half the vertical one.
   */
  halvedRow(
    ...parameters: [
      luma: number,
      cbNear: number,
      cbFar: number,
      crNear: number,
      crFar: number,
      target: number,
      groups: number,
      leftRounding: number,
      rightRounding: number,
    ]
  ): void;
}

const MODULE = new KernelModule<DecoderKernel>(bytes);

/** Instantiates the kernel with `memory`. */
export function openDecoderKernel(memory: WebAssembly.Memory): DecoderKernel {
  return MODULE.over(memory);
}
