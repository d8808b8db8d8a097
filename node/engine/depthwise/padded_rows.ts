import type { Frame, Variable } from "../../../models/wasm/frame.ts";
import { type Code, control, i32, sequence, v128, VECTOR_BYTES } from "../../../models/wasm/instructions.ts";
import { byLanes, floats, HERE } from "./by_lanes.ts";

/**
 * Writes rows of a plane to `buffer`, `rowBytes` each: those from number `row` on, which may be outside of the plane. Before the `copied`
 * numbers of each are `paddingLeft` zeros; all that is not of the plane is 0. Up to three numbers behind the last row are written too.
 */
export function copyRows(
  frame: Frame,
  { rows, ...given }:
    & Readonly<
      Record<"input" | "height" | "width" | "paddingLeft" | "copied" | "buffer" | "rowBytes" | "row", Variable>
    >
    & { readonly rows: Code },
): Code {
  const { input, height, width, paddingLeft, copied, buffer, rowBytes, row } = given;
  const [number, rowsLeft, columnsLeft, from, to, rowStart, rowEnd] = frame.localList("i32", 7);
  const planeStart = i32.add(rowStart.get, floats(paddingLeft.get));
  // Up to three numbers too many, which are written over by what comes next; the buffer has room for those behind the last row.
  const zerosUntil = (end: Code) =>
    control.while(
      i32.isLessUnsigned(to.get, end),
      sequence(v128.store(HERE, to.get, v128.zero()), to.set(i32.add(to.get, i32.constant(VECTOR_BYTES)))),
    );
  const copyColumns = sequence(
    zerosUntil(planeStart),
    from.set(i32.add(input.get, floats(i32.multiply(number.get, width.get)))),
    to.set(planeStart),
    columnsLeft.set(copied.get),
    byLanes({
      left: columnsLeft,
      pointers: [{ pointer: from, step: 1 }, { pointer: to, step: 1 }],
      body: v128.store(HERE, to.get, v128.load(HERE, from.get)),
    }),
  );
  const writeRow = sequence(
    to.set(rowStart.get),
    rowEnd.set(i32.add(rowStart.get, rowBytes.get)),
    // A row above the plane has a negative number, which without its sign is greater than any height.
    control.if(i32.isLessUnsigned(number.get, height.get), copyColumns),
    zerosUntil(rowEnd.get),
    rowStart.set(rowEnd.get),
    number.set(i32.add(number.get, i32.constant(1))),
  );
  return sequence(
    number.set(row.get),
    rowStart.set(buffer.get),
    rowsLeft.set(rows),
    control.loop(writeRow, rowsLeft.tee(i32.subtract(rowsLeft.get, i32.constant(1)))),
  );
}
