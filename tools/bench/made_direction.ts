import { type Random, seededRandom } from "../../protocol/kernel/random.ts";

/**
 * Distance of a face from its person's direction; two faces of one person then have a similarity of
 * about 0.7.
 */
const SPREAD = 0.65;

/**
 * Returns the direction around which the faces of person number `person` lie; it is always the
 * same.
 */
export function personDirection(person: number, dimensions: number): Float32Array {
  return madeDirection(seededRandom(person + 1), { dimensions });
}

/** Returns a random unit vector, near `centre` if it is given. */
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
