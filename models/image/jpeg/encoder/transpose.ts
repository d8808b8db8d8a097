import type { Variable } from "../../../wasm/frame.ts";
import { type Code, sequence } from "../../../wasm/instructions.ts";
import { interleaveHigh, interleaveLow } from "../../../wasm/interleave.ts";

/** Eight vectors, each a row of a block as 16-bit numbers. */
export type Rows = readonly Variable[];

/** How many bytes alternate in each step: as many numbers as the rows are apart that it puts together. */
const LANE_BYTES = { 1: 2, 2: 4, 4: 8 } as const;

/**
 * Turns rows into columns, in three steps that interleave twice as much each time. What was in `from` is lost, the columns are in `to`.
 */
export function transpose(from: Rows, to: Rows): Code {
  // Rows come in pairs that are `distance` apart: one gets the first halves of both, the other the second.
  const step = (source: Rows, target: Rows, distance: 1 | 2 | 4) =>
    sequence(...source.map((_, index) => {
      const isSecond = (index & distance) !== 0;
      const first = isSecond ? index - distance : index;
      const interleave = isSecond ? interleaveHigh : interleaveLow;
      return target[index].set(interleave(LANE_BYTES[distance], source[first].get, source[first + distance].get));
    }));
  return sequence(
    step(from, to, 1),
    step(to, from, 2),
    // By then the column that belongs at a place is at the one whose three bits are these backwards.
    step(from, [0, 4, 2, 6, 1, 5, 3, 7].map((at) => to[at]), 4),
  );
}
