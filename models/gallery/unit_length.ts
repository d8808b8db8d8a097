/** How far from one the length of an embedding may be: rounding, not another kind of vector. */
export const LENGTH_SLACK = 1e-3;

/** Whether `embedding` is L2-normalised; what holds no numbers or endless ones is not. */
export function isUnitLength(embedding: Float32Array): boolean {
  let squares = 0;
  for (let index = 0; index < embedding.length; index++) squares += embedding[index] * embedding[index];
  return Math.abs(Math.sqrt(squares) - 1) <= LENGTH_SLACK;
}
