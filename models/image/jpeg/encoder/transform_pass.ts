import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import type { Frame, Variable } from "../../../wasm/frame.ts";
import { type Code, i16x8, sequence } from "../../../wasm/instructions.ts";
import type { Rows } from "./transpose.ts";

/**
 * One pass of a transform of eight numbers, over eight columns at once: the numbers in the same place of the vectors `from` become those
 * of `to`.
 */
export type TransformPass = (
  places: { from: Rows; to: Rows; isFirst: boolean },
  means: { frame: Frame; pool: ConstantPool },
) => Code;

/** What both transforms begin with: sums of what lies opposite, from which the even results come, and gaps for the odd ones. */
export interface Butterflies {
  readonly code: Code;
  /** Sum and gap of the outer and of the inner two sums. */
  readonly outer: Variable;
  readonly outerGap: Variable;
  readonly inner: Variable;
  readonly innerGap: Variable;
  /** From the outermost to the innermost. */
  readonly gaps: readonly Variable[];
}

export function butterflies(from: Rows, frame: Frame): Butterflies {
  const [sums, gaps] = [0, 1].map(() => frame.localList("v128", 4));
  const [outer, outerGap, inner, innerGap] = frame.localList("v128", 4);
  const code = sequence(
    ...sums.map((sum, index) => sum.set(added(from[index], from[7 - index]))),
    ...gaps.map((gap, index) => gap.set(subtracted(from[index], from[7 - index]))),
    outer.set(added(sums[0], sums[3])),
    outerGap.set(subtracted(sums[0], sums[3])),
    inner.set(added(sums[1], sums[2])),
    innerGap.set(subtracted(sums[1], sums[2])),
  );
  return { code, outer, outerGap, inner, innerGap, gaps };
}

export function added(one: Variable, other: Variable): Code {
  return i16x8.add(one.get, other.get);
}

export function subtracted(one: Variable, other: Variable): Code {
  return i16x8.subtract(one.get, other.get);
}
