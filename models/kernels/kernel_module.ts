/** The compiled module of one kernel; each user instantiates it with a memory of its own. */
export class KernelModule<Functions> {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  /** Compiled once in each thread, on first use. */
  #module: WebAssembly.Module | null = null;

  /** Takes the contents of the kernel's `.wasm` file. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  /**
   * Instantiates the kernel with `memory` and returns its functions. The bytes before
   * `KERNEL_MEMORY_START` hold the constants of the kernel.
   */
  over(memory: WebAssembly.Memory): Functions {
    this.#module ??= new WebAssembly.Module(this.#bytes);
    // The compiler imports the memory under this name.
    return new WebAssembly.Instance(this.#module, { env: { memory } }).exports as Functions;
  }
}
