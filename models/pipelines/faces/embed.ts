import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ALIGNED } from "./align.ts";

/** MobileFaceNet: an aligned face in, 512 numbers out whose direction tells people apart. */
export const EMBED = {
  role: "embed",
  input: { name: "input", dims: [1, 3, ALIGNED.side, ALIGNED.side] },
  outputs: { output: 512 },
} as const;

/**
 * `vector` at length one, in place, so that the dot product of two is their cosine. Throws `engine_failed` when it has no direction.
 */
export function normalise(vector: Float32Array, role: string = EMBED.role): Float32Array {
  let squares = 0;
  for (const component of vector) squares += component * component;
  const length = Math.sqrt(squares);
  if (!(length > 0 && length < Infinity)) {
    throw new DmlError("engine_failed", `The model file ${role} answered with a vector of no direction.`);
  }
  for (let index = 0; index < vector.length; index++) vector[index] /= length;
  return vector;
}
