import { type Random, seededRandom } from "../../protocol/kernel/random.ts";

/** How far a face is from its person's direction: two of one person are then about 0.7 similar. */
const SPREAD = 0.65;

/** The direction that the faces of person number `person` are around; always the same. */
export function personDirection(person: number, dimensions: number): Float32Array {
  return madeDirection(seededRandom(person + 1), { dimensions });
}

/** An embedding of length one, at random, or around `centre`. */
export function madeDirection(random: Random, options: { dimensions: number; centre?: Float32Array }): Float32Array {
  const { dimensions, centre } = options;
  const noise = normalise(Float32Array.from({ length: dimensions }, () => random() + random() - 1));
  return centre === undefined ? noise : normalise(centre.map((value, index) => value + SPREAD * noise[index]));
}

function normalise(row: Float32Array): Float32Array {
  let squares = 0;
  for (let index = 0; index < row.length; index++) squares += row[index] * row[index];
  const length = Math.sqrt(squares);
  return row.map((value) => value / length);
}
