import { type Code, i8x16, VECTOR_BYTES } from "./instructions.ts";

type LaneBytes = 1 | 2 | 4 | 8;
const LOW = { 1: lanes(1, 0), 2: lanes(2, 0), 4: lanes(4, 0), 8: lanes(8, 0) };
const HIGH = { 1: lanes(1, 8), 2: lanes(2, 8), 4: lanes(4, 8), 8: lanes(8, 8) };

/** Lanes of `laneBytes` of the lower halves of both, in turns: the first of one, the first of the other, and so on. */
export function interleaveLow(laneBytes: LaneBytes, one: Code, other: Code): Code {
  return i8x16.shuffle(one, other, LOW[laneBytes]);
}

/** The same of the upper halves. */
export function interleaveHigh(laneBytes: LaneBytes, one: Code, other: Code): Code {
  return i8x16.shuffle(one, other, HIGH[laneBytes]);
}

function lanes(laneBytes: LaneBytes, start: number): readonly number[] {
  return Array.from({ length: VECTOR_BYTES }, (_, index) => {
    const lane = Math.floor(index / laneBytes);
    const isOther = lane % 2 === 1;
    return start + (lane >> 1) * laneBytes + index % laneBytes + (isOther ? VECTOR_BYTES : 0);
  });
}
