import { Frame } from "../../../models/wasm/frame.ts";
import { type Code, i32 } from "../../../models/wasm/instructions.ts";
import { encodeModule, type ExportedFunction, IMPORT_MODULE } from "../../../models/wasm/module.ts";

/** Address 0 of the memory. */
export const START = { memory: 0, offset: 0 };
export const zero: Code = i32.constant(0);

/** Runs the first of `functions` with whole numbers over a memory that begins with `bytes`; gives its answer and the memory. */
export function runFunctions(
  functions: readonly ExportedFunction[],
  { parameters = [], bytes = new Uint8Array() }: { parameters?: readonly number[]; bytes?: Uint8Array } = {},
): { answer: number | undefined; memory: Uint8Array } {
  const module = new WebAssembly.Module(encodeModule({ memories: [{ name: "memory", pagesMin: 1 }], functions }));
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Uint8Array(memory.buffer).set(bytes);
  const { exports } = new WebAssembly.Instance(module, { [IMPORT_MODULE]: { memory } });
  const run = exports[functions[0].name] as (...parameters: number[]) => number | undefined;
  return { answer: run(...parameters), memory: new Uint8Array(memory.buffer) };
}

/** A function of 32-bit numbers that answers one, written by `write`. */
export function functionOf(
  parameterCount: number,
  write: (frame: Frame, parameters: ReturnType<Frame["parameter"]>[]) => Code,
): ExportedFunction {
  const frame = new Frame();
  const parameters = Array.from({ length: parameterCount }, () => frame.parameter("i32"));
  const body = write(frame, parameters);
  return { name: "run", result: "i32", parameters: frame.parameters, locals: frame.locals, body };
}
