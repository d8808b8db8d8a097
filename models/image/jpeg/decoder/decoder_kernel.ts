import bytes from "../../../kernels/jpeg_decoder.wasm" with { type: "bytes" };
import { KernelModule } from "../../../kernels/kernel_module.ts";

/** The functions of the kernel, which works in a memory that is laid out as in memory_map.ts. */
export interface DecoderKernel {
  /**
   * Copies the bits of a scan from `from` to where the state says, without the zeros that follow
   * bytes of ones, up to a marker, and returns the address of that.
   */
  unstuff(from: number): number;
  /**
   * Decodes so many MCUs to samples; `blocksEnd` is the end of the list of an MCU's blocks. Returns
   * `DECODED` or `GIVEN_UP`.
   */
  decode(mcus: number, blocksEnd: number): number;
  /**
   * Writes the samples of the block in the memory, and zeros in its place. Returns `DECODED` or
   * `GIVEN_UP`.
   */
  transform(dc: number, target: number, stride: number, seen: number, sum: number): number;
  /** Writes a row of `groups` times 16 pixels with as many samples of chroma as of luma. */
  wholeRow(luma: number, cb: number, cr: number, target: number, groups: number): void;
  /** Writes such a row whose chroma has half the samples across, and perhaps down. */
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

/** Opens the kernel over `memory`. */
export function openDecoderKernel(memory: WebAssembly.Memory): DecoderKernel {
  return MODULE.over(memory);
}
