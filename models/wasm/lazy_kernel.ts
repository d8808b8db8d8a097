import { encodeModule, type ExportedFunction, IMPORT_MODULE, PAGE_BYTES } from "./module.ts";

/** What a kernel is made of. */
export interface KernelCode {
  readonly functions: readonly ExportedFunction[];
  /** What is in memory from address 0 on. */
  readonly constants?: Uint8Array;
}

interface Opened<Functions> {
  readonly memory: WebAssembly.Memory;
  readonly functions: Functions;
}

/** A few functions over a memory of their own, made when they are first asked for. The memory grows and never shrinks. */
export class LazyKernel<Functions> {
  readonly #write: () => KernelCode;
  #opened: Opened<Functions> | null = null;

  constructor(write: () => KernelCode) {
    this.#write = write;
  }

  /** The functions, over a memory of at least so many bytes; what is in it behind the constants is left from before. */
  open(bytes: number): Opened<Functions> {
    this.#opened ??= open(this.#write());
    const { memory } = this.#opened;
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) memory.grow(missing);
    return this.#opened;
  }
}

function open<Functions>({ functions, constants }: KernelCode): Opened<Functions> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  if (constants !== undefined) new Uint8Array(memory.buffer).set(constants);
  const module = new WebAssembly.Module(encodeModule({ memories: [{ name: "memory", pagesMin: 1 }], functions }));
  const { exports } = new WebAssembly.Instance(module, { [IMPORT_MODULE]: { memory } });
  return { memory, functions: exports as Functions };
}
