import {
  ENCODER_KERNEL,
  type EncoderKernel,
  type EncoderSteps,
} from "../../../../../models/image/jpeg/encoder/encoder_kernel.ts";
import { KernelInstance } from "../../../../../models/image/jpeg/encoder/kernel_instance.ts";

/** Returns the steps of the kernel over a memory that holds the tables of an encoder. */
export function encoderSteps(): { steps: EncoderKernel & EncoderSteps; memory: DataView<ArrayBuffer> } {
  const tables = new KernelInstance().memory;
  const memory = new WebAssembly.Memory({ initial: tables.length / 65_536 });
  new Uint8Array(memory.buffer).set(tables);
  return { steps: ENCODER_KERNEL.over(memory), memory: new DataView(memory.buffer as ArrayBuffer) };
}
