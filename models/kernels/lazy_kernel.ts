import { KernelModule } from "./kernel_module.ts";
import { PAGE_BYTES } from "./memory.ts";

/** The functions of a kernel and the memory they work in. */
export interface OpenKernel<Functions> {
  readonly memory: WebAssembly.Memory;
  readonly functions: Functions;
}

/**
 * A kernel with one memory for all its users in a thread, who take turns. Both are made when they
 * are first asked for. The memory grows and never shrinks.
 */
export class LazyKernel<Functions> {
  readonly #module: KernelModule<Functions>;
  #opened: OpenKernel<Functions> | null = null;

  /** Takes the contents of the kernel's `.wasm` file. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#module = new KernelModule(bytes);
  }

  /**
   * Returns the functions over at least `bytes` of memory, which still holds what earlier users
   * left behind the constants.
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
