import { Frame } from "../wasm/frame.ts";
import { control, i16x8, i32, sequence, v128, VECTOR_BYTES } from "../wasm/instructions.ts";
import { encodeModule, type ExportedFunction, IMPORT_MODULE, PAGE_BYTES } from "../wasm/module.ts";

/** Bytes that are looked at together, and what their sums take. */
export const GROUP_BYTES = VECTOR_BYTES;
export const GROUP_SUM_BYTES = 2 * VECTOR_BYTES;

/** What the module offers. */
interface RowSumsKernel {
  addRow(source: number, sums: number, groups: number, weight: number): void;
}

interface Opened {
  readonly memory: WebAssembly.Memory;
  readonly kernel: RowSumsKernel;
}

/** Made once a thread, for one picture after the other: it holds a row of the largest, and its sums. */
let opened: Opened | null = null;

/** The code, over a memory of at least so many bytes that hold anything. */
export function openRowSumsKernel(bytes: number): Opened {
  opened ??= open();
  const { memory } = opened;
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing > 0) memory.grow(missing);
  return opened;
}

function open(): Opened {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = encodeModule({ memories: [{ name: "memory", pagesMin: 1 }], functions: [addRowFunction()] });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { [IMPORT_MODULE]: { memory } });
  return { memory, kernel: exports as unknown as RowSumsKernel };
}

/** `addRow(source, sums, groups, weight)`: adds `weight` times each of `groups` times 16 bytes to as many 16-bit sums, modulo 2^16. */
function addRowFunction(): ExportedFunction {
  const frame = new Frame();
  const [source, sums, groups, weight] = Array.from({ length: 4 }, () => frame.parameter("i32"));
  const weights = frame.local("v128");
  const halves = [0, 1].map((half) => {
    const at = { memory: 0, offset: half * VECTOR_BYTES };
    const bytes = i16x8.load8x8Unsigned({ memory: 0, offset: half * VECTOR_BYTES / 2 }, source.get);
    return v128.store(at, sums.get, i16x8.add(v128.load(at, sums.get), i16x8.multiply(bytes, weights.get)));
  });
  const body = sequence(
    weights.set(i16x8.splat(weight.get)),
    control.loop(
      sequence(
        ...halves,
        source.set(i32.add(source.get, i32.constant(GROUP_BYTES))),
        sums.set(i32.add(sums.get, i32.constant(GROUP_SUM_BYTES))),
      ),
      groups.tee(i32.subtract(groups.get, i32.constant(1))),
    ),
  );
  return { name: "addRow", parameters: frame.parameters, locals: frame.locals, body };
}
