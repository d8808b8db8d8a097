import { Frame, type Variable } from "../../../models/wasm/frame.ts";
import { type Code, control, f32x4, i32, i32x4, sequence, v128 } from "../../../models/wasm/instructions.ts";
import type { ModuleFunction } from "../../../models/wasm/module.ts";
import { byLanes, FLOAT_BYTES, HERE, LANES } from "./by_lanes.ts";

/** A plane is convolved by a filter of `size` x `size` numbers, which moves by `stride` from one output to the next beside it. */
export interface FilterShape {
  readonly size: number;
  readonly stride: 1 | 2;
}

/** Up to this size the whole filter is kept in registers. */
const KEPT_SIZE_MAX = 3;

/**
 * `rows(source, rowBytes, stepBytes, filter, output, width, rows)`: rows of outputs, `width` numbers each and at least {@linkcode LANES},
 * one behind the other. `source` holds rows of floats, `rowBytes` apart; the outputs of one row look at those from `stepBytes` further
 * on than the row before. Each row has to have `stride * width + size` numbers; the last of them are read, but do not count.
 *
 * The products of each output are added in the order of the filter, starting from 0, each rounded: as a product of matrices does it
 * that has the filter for its only row.
 */
export function depthwiseRows({ size, stride }: FilterShape): ModuleFunction {
  const frame = new Frame();
  const [source, rowBytes, stepBytes, filter, output, width, rows] = Array.from(
    { length: 7 },
    () => frame.parameter("i32"),
  );
  const [from, to, left] = [frame.local("i32"), frame.local("i32"), frame.local("i32")];
  const starts = frame.localList("i32", size);
  const sum = frame.local("v128");
  const kept = size > KEPT_SIZE_MAX ? [] : frame.localList("v128", size * size);
  const weight = (index: number) => v128.load32Splat({ memory: 0, offset: FLOAT_BYTES * index }, filter.get);
  const inputs = (start: Variable, column: number): Code => {
    const vector = (first: number) => v128.load({ memory: 0, offset: FLOAT_BYTES * first }, start.get);
    return stride === 1 ? vector(column) : i32x4.pick(vector(column), vector(column + LANES), [0, 2, 4, 6]);
  };
  const products = starts.flatMap((start, row) =>
    Array.from({ length: size }, (_, column) => {
      const index = row * size + column;
      const product = f32x4.multiply(inputs(start, column), kept[index]?.get ?? weight(index));
      return sum.set(f32x4.add(sum.get, product));
    })
  );
  const outputs = sequence(
    ...starts.map((start, row) => start.set(row === 0 ? from.get : i32.add(starts[row - 1].get, rowBytes.get))),
    sum.set(v128.zero()),
    ...products,
    v128.store(HERE, to.get, sum.get),
  );
  const body = sequence(
    ...kept.map((variable, index) => variable.set(weight(index))),
    control.loop(
      sequence(
        from.set(source.get),
        to.set(output.get),
        left.set(width.get),
        byLanes({ left, pointers: [{ pointer: from, step: stride }, { pointer: to, step: 1 }], body: outputs }),
        output.set(to.get),
        source.set(i32.add(source.get, stepBytes.get)),
      ),
      rows.tee(i32.subtract(rows.get, i32.constant(1))),
    ),
  );
  return { parameters: frame.parameters, locals: frame.locals, body };
}
