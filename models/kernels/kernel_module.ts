/**
 * The compiled code of one kernel, from which every user gets an instance over a memory of its own.
 */
export class KernelModule<Functions> {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  /** Compiled once a thread, when it is first needed. */
  #module: WebAssembly.Module | null = null;

  /** Takes the contents of the kernel's `.wasm` file. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  /**
   * Returns the kernel's functions over `memory`, whose bytes before `KERNEL_MEMORY_START` it takes
   * for its constants.
   */
  over(memory: WebAssembly.Memory): Functions {
    this.#module ??= new WebAssembly.Module(this.#bytes);
    // The compiler gives the imported memory this name.
    return new WebAssembly.Instance(this.#module, { env: { memory } }).exports as Functions;
  }
}
