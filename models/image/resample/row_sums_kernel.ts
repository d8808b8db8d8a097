import { Frame, type Variable } from "../../wasm/frame.ts";
import { control, i16x8, i32, i32x4, sequence, v128, VECTOR_BYTES } from "../../wasm/instructions.ts";
import { interleaveLow } from "../../wasm/interleave.ts";
import { LazyKernel } from "../../wasm/lazy_kernel.ts";
import type { ExportedFunction } from "../../wasm/module.ts";

/** Bytes that are looked at together, and what their sums take. */
export const GROUP_BYTES = VECTOR_BYTES;
export const GROUP_SUM_BYTES = 2 * VECTOR_BYTES;

/** The sums of a pixel: R, G and B. */
export const PIXEL_SUM_BYTES = 3 * 2;

/** A span of pixels: the address of the first one's sums, and how many there are. */
export const SPAN_WORDS = 2;
/** What a span adds up to: R, G, B and one that means nothing. */
export const SPAN_SUM_WORDS = 4;

/** What the module offers. */
export interface RowSumsFunctions {
  addRow(source: number, sums: number, groups: number, weight: number): void;
  addSpans(spans: number, target: number, count: number): void;
}

/** One for all pictures of a thread, which come one after the other: its memory holds a row of the largest, and its sums. */
export const ROW_SUMS_KERNEL = new LazyKernel<RowSumsFunctions>(() => ({
  functions: [addRowFunction(), addSpansFunction()],
}));

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

/** `addSpans(spans, target, count)`: for each span, what its pixels' sums of R, G and B add up to. Two bytes behind the last are read. */
function addSpansFunction(): ExportedFunction {
  const frame = new Frame();
  const [spans, target, count] = Array.from({ length: 3 }, () => frame.parameter("i32"));
  const [at, left, total] = [frame.local("i32"), frame.local("i32"), frame.local("v128")];
  const pass = (variable: Variable, bytes: number) => variable.set(i32.add(variable.get, i32.constant(bytes)));
  const here = { memory: 0, offset: 0 };
  const addPixel = sequence(
    total.set(i32x4.add(total.get, interleaveLow(2, v128.load64(here, at.get), v128.zero()))),
    pass(at, PIXEL_SUM_BYTES),
    left.set(i32.subtract(left.get, i32.constant(1))),
  );
  const body = control.loop(
    sequence(
      total.set(v128.zero()),
      at.set(i32.load(here, spans.get)),
      left.set(i32.load({ memory: 0, offset: 4 }, spans.get)),
      control.while(left.get, addPixel),
      v128.store(here, target.get, total.get),
      pass(spans, 4 * SPAN_WORDS),
      pass(target, VECTOR_BYTES),
    ),
    count.tee(i32.subtract(count.get, i32.constant(1))),
  );
  return { name: "addSpans", parameters: frame.parameters, locals: frame.locals, body };
}
