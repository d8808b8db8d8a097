import { openDecoderKernel } from "../../../../../models/image/jpeg/decoder/decoder_kernel.ts";

const PAGES = 8;
/** Behind everything that has a fixed place. */
export const FREE_AT = 4 * 65_536;

/** The decoder's code over a memory of its own, for tests of its parts. */
export function openKernel() {
  const memory = new WebAssembly.Memory({ initial: PAGES });
  const kernel = openDecoderKernel(memory);
  return { kernel, memory: memory.buffer };
}
