import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ALIGNED } from "./align.ts";

/**
 * Signature of the embedder, MobileFaceNet: it converts an aligned face to 512 numbers, whose
 * direction identifies the person.
 */
export const EMBED = {
  role: "embed",
  input: { name: "input", dims: [1, 3, ALIGNED.side, ALIGNED.side] },
  outputs: { output: 512 },
} as const;

/**
 * Scales `vector` to length one, in place, so that the dot product of two is their cosine
 * similarity. Throws `engine_failed` if it is zero or not finite, so that it has no direction.
 */
export function normalise(vector: Float32Array, role: string = EMBED.role): Float32Array {
  const length = lengthOf(vector);
  if (!(length > 0 && length < Infinity)) {
    throw new DmlError(
      "engine_failed",
      `The model file ${role} returned a vector without a direction: it is zero or not finite.`,
    );
  }
  for (let index = 0; index < vector.length; index++) vector[index] /= length;
  return vector;
}

/** Returns the Euclidean length of a vector. */
export function lengthOf(vector: Float32Array): number {
  let squares = 0;
  for (const component of vector) squares += component * component;
  return Math.sqrt(squares);
}
