/** The cosine similarity of two embeddings of length one. */
export function similarityOf(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index] * other[index];
  return Math.min(1, Math.max(-1, sum));
}
