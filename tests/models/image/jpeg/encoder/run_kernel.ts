import { ConstantPool } from "../../../../../models/wasm/constant_pool.ts";
import { CONSTANTS_AT, CONSTANTS_END, PAGES } from "../../../../../models/image/jpeg/encoder/memory_map.ts";
import { encodeModule, type ExportedFunction, IMPORT_MODULE } from "../../../../../models/wasm/module.ts";

/** One function of the kernel alone, and its memory. */
export function kernelFunction<Answer>(
  write: (pool: ConstantPool) => ExportedFunction,
): { call: (...parameters: (number | bigint)[]) => Answer; memory: DataView<ArrayBuffer> } {
  const pool = new ConstantPool({ start: CONSTANTS_AT, end: CONSTANTS_END });
  const written = write(pool);
  const module = encodeModule({ memories: [{ name: "memory", pagesMin: PAGES }], functions: [written] });
  const memory = new WebAssembly.Memory({ initial: PAGES });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { [IMPORT_MODULE]: { memory } });
  new Uint8Array(memory.buffer).set(pool.bytes, CONSTANTS_AT);
  return {
    call: exports[written.name] as (...parameters: (number | bigint)[]) => Answer,
    memory: new DataView(memory.buffer as ArrayBuffer),
  };
}
