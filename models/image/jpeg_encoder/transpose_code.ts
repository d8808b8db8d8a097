import type { Variable } from "../../wasm/frame.ts";
import { type Code, i16x8, sequence } from "../../wasm/instructions.ts";

/** Eight vectors, each a row of a block as 16-bit numbers. */
export type Rows = readonly Variable[];

/** How the halves of two vectors are put together when units of so many numbers alternate. */
function alternating(unit: number, half: 0 | 1): number[] {
  return Array.from({ length: 8 }, (_, at) => {
    const [index, within] = [Math.floor(at / unit), at % unit];
    return (index % 2) * 8 + half * 4 + Math.floor(index / 2) * unit + within;
  });
}

/** The first and the second half of two vectors, their numbers in turns. */
export function interleaved(one: Code, other: Code): { low: Code; high: Code } {
  return { low: i16x8.pick(one, other, alternating(1, 0)), high: i16x8.pick(one, other, alternating(1, 1)) };
}

/**
 * Turns rows into columns, in three steps that interleave twice as much each time. What was in `from` is lost, the columns are in `to`.
 */
export function transpose(from: Rows, to: Rows): Code {
  const step = (source: Rows, target: Rows, { unit, distance }: { unit: number; distance: number }) =>
    sequence(...source.map((_, index) => {
      // Rows come in pairs that are `distance` apart: one gets the first halves of both, the other the second.
      const half = (index & distance) === 0 ? 0 : 1;
      const first = index - half * distance;
      const [one, other] = [source[first].get, source[first + distance].get];
      return target[index].set(i16x8.pick(one, other, alternating(unit, half)));
    }));
  return sequence(
    step(from, to, { unit: 1, distance: 1 }),
    step(to, from, { unit: 2, distance: 2 }),
    // By then the column that belongs at a place is at the one whose three bits are these backwards.
    step(from, [0, 4, 2, 6, 1, 5, 3, 7].map((at) => to[at]), { unit: 4, distance: 4 }),
  );
}
