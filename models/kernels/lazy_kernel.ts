import { KernelModule } from "./kernel_module.ts";
import { PAGE_BYTES } from "./memory.ts";

/** The functions of a kernel and their memory. */
export interface OpenKernel<Functions> {
  readonly memory: WebAssembly.Memory;
  readonly functions: Functions;
}

/**
 * A kernel with one memory shared by all users in a thread, one after the other. Both are created
 * on first use. The memory grows and never shrinks.
 */
export class LazyKernel<Functions> {
  readonly #module: KernelModule<Functions>;
  #opened: OpenKernel<Functions> | null = null;

  /** Takes the contents of the kernel's `.wasm` file. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#module = new KernelModule(bytes);
  }

  /**
   * Returns the functions with at least `bytes` of memory, which still holds the data of earlier
   * users behind the constants.
   */
  open(bytes: number): OpenKernel<Functions> {
    this.#opened ??= this.#open();
    const { memory } = this.#opened;
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) memory.grow(missing);
    return this.#opened;
  }

  #open(): OpenKernel<Functions> {
    const memory = new WebAssembly.Memory({ initial: 1 });
    return { memory, functions: this.#module.over(memory) };
  }
}
