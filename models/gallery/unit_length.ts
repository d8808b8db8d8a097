/**
 * Largest deviation of an embedding's length from one: enough for rounding, too little for a vector
 * that is not normalised.
 */
export const LENGTH_SLACK = 1e-3;

/** Returns true if `embedding` is L2-normalised; false if it contains NaN or infinite numbers. */
export function isUnitLength(embedding: Float32Array): boolean {
  let squares = 0;
  for (let index = 0; index < embedding.length; index++) squares += embedding[index] * embedding[index];
  return Math.abs(Math.sqrt(squares) - 1) <= LENGTH_SLACK;
}
