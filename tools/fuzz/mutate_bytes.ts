import { concat } from "../../protocol/kernel/concat.ts";
import type { Dice } from "./dice.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Values at the edges of what a length, a count or a sample can be. */
const EDGES = [0, 1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255];

/** Returns `bytes` with up to eight changes of the kinds that files and messages suffer. */
export function mutateBytes(bytes: Bytes, dice: Dice): Bytes {
  let mutated = bytes.slice();
  for (let left = 1 + dice.below(dice.pick([1, 2, 8])); left > 0; left--) mutated = dice.pick(CHANGES)(mutated, dice);
  return mutated;
}

/** Returns up to `lengthMax` random bytes. */
export function randomBytes(lengthMax: number, dice: Dice): Bytes {
  return Uint8Array.from({ length: dice.below(lengthMax + 1) }, () => dice.below(256));
}

const CHANGES: readonly ((bytes: Bytes, dice: Dice) => Bytes)[] = [
  (bytes, dice) => at(bytes, dice, (place) => bytes[place] ^= 1 << dice.below(8)),
  (bytes, dice) => at(bytes, dice, (place) => bytes[place] = dice.below(256)),
  (bytes, dice) => at(bytes, dice, (place) => bytes[place] = dice.pick(EDGES)),
  // Most lengths and sizes stand at the beginning.
  (bytes, dice) => at(bytes.subarray(0, 64), dice, (place) => bytes[place] = dice.below(256)) && bytes,
  (bytes, dice) => at(bytes, dice, (place) => bytes.fill(dice.pick([0, 255]), place, place + dice.pick([2, 4, 8]))),
  (bytes, dice) => bytes.slice(0, dice.below(bytes.length + 1)),
  (bytes, dice) => without(bytes, span(bytes, dice)),
  (bytes, dice) => inserted(bytes, dice.below(bytes.length + 1), randomBytes(16, dice)),
  (bytes, dice) => inserted(bytes, dice.below(bytes.length + 1), bytes.slice(...span(bytes, dice))),
];

function at(bytes: Bytes, dice: Dice, change: (place: number) => void): Bytes {
  if (bytes.length > 0) change(dice.below(bytes.length));
  return bytes;
}

function span(bytes: Bytes, dice: Dice): [start: number, end: number] {
  const start = dice.below(bytes.length + 1);
  return [start, start + dice.below(dice.pick([4, 64, 1_024]))];
}

function without(bytes: Bytes, [start, end]: [number, number]): Bytes {
  return concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

function inserted(bytes: Bytes, place: number, piece: Bytes): Bytes {
  return concat([bytes.subarray(0, place), piece, bytes.subarray(place)]);
}
