import { type Code, i8x16 } from "../../wasm/instructions.ts";
import { VECTOR_BYTES } from "./memory_map.ts";

/** Lanes of `laneBytes` of the lower halves of both, in turns: the first of one, the first of the other, and so on. */
export function interleaveLow(laneBytes: number, one: Code, other: Code): Code {
  return i8x16.shuffle(one, other, lanes(laneBytes, 0));
}

/** The same of the upper halves. */
export function interleaveHigh(laneBytes: number, one: Code, other: Code): Code {
  return i8x16.shuffle(one, other, lanes(laneBytes, VECTOR_BYTES / 2));
}

function lanes(laneBytes: number, start: number): readonly number[] {
  return Array.from({ length: VECTOR_BYTES }, (_, index) => {
    const lane = Math.floor(index / laneBytes);
    const isOther = lane % 2 === 1;
    return start + (lane >> 1) * laneBytes + index % laneBytes + (isOther ? VECTOR_BYTES : 0);
  });
}
