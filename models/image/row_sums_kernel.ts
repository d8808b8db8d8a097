import { Frame } from "../wasm/frame.ts";
import { control, i16x8, i32, sequence, v128, VECTOR_BYTES } from "../wasm/instructions.ts";
import { LazyKernel } from "../wasm/lazy_kernel.ts";
import type { ExportedFunction } from "../wasm/module.ts";

/** Bytes that are looked at together, and what their sums take. */
export const GROUP_BYTES = VECTOR_BYTES;
export const GROUP_SUM_BYTES = 2 * VECTOR_BYTES;

/** What the module offers. */
export interface RowSumsFunctions {
  addRow(source: number, sums: number, groups: number, weight: number): void;
}

/** One for all pictures of a thread, which come one after the other: its memory holds a row of the largest, and its sums. */
export const ROW_SUMS_KERNEL = new LazyKernel<RowSumsFunctions>(() => ({ functions: [addRowFunction()] }));

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
