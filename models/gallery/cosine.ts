/**
 * Returns the cosine similarity of two embeddings of length one: the sum of the products of their
 * numbers, front to back in double precision, limited to -1..1. The second embedding is read from
 * `rows` at index `start`. Every exact comparison of faces uses this function, so that the same two
 * embeddings always have the same similarity, to the bit.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cosine(Float32Array.of(0.6, 0.8), Float32Array.of(1, 0)), Math.fround(0.6));
 * ```
 */
export function cosine(embedding: Float32Array, rows: Float32Array, start = 0): number {
  let sum = 0;
  for (let index = 0; index < embedding.length; index++) sum += embedding[index] * rows[start + index];
  return Math.min(1, Math.max(-1, sum));
}
