import type { Variable } from "../../../models/wasm/frame.ts";
import { type Code, control, i32, sequence, VECTOR_BYTES } from "../../../models/wasm/instructions.ts";

/** How many floats a vector holds. */
export const LANES = 4;
export const FLOAT_BYTES = 4;
/** Where a pointer points to. */
export const HERE = { memory: 0, offset: 0 };

/**
 * Does `body` for `left` numbers, {@linkcode LANES} at a time and at least that many: the last time with some that it had before, so
 * that it never goes past the last. Each pointer moves by `step` floats a number and stands behind the last when all is done.
 */
export function byLanes(
  { left, pointers, body }: {
    left: Variable;
    pointers: readonly { readonly pointer: Variable; readonly step: number }[];
    body: Code;
  },
): Code {
  const moveAll = (move: (pointer: Variable, step: number) => Code) =>
    sequence(...pointers.map(({ pointer, step }) => pointer.set(move(pointer, step))));
  const lacking = i32.subtract(i32.constant(LANES), left.get);
  return control.loop(
    sequence(
      control.if(
        i32.isLessUnsigned(left.get, i32.constant(LANES)),
        sequence(
          moveAll((pointer, step) =>
            i32.subtract(pointer.get, i32.multiply(lacking, i32.constant(FLOAT_BYTES * step)))
          ),
          left.set(i32.constant(LANES)),
        ),
      ),
      body,
      moveAll((pointer, step) => i32.add(pointer.get, i32.constant(VECTOR_BYTES * step))),
    ),
    left.tee(i32.subtract(left.get, i32.constant(LANES))),
  );
}

/** The bytes of so many floats. */
export function floats(count: Code): Code {
  return i32.multiply(count, i32.constant(FLOAT_BYTES));
}
