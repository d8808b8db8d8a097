import { cosine } from "../../../models/gallery/cosine.ts";
import type { Pairs } from "../../../models/gallery/roc.ts";

/** A face and the name of its person. */
export interface LabelledFace {
  readonly name: string;
  readonly embedding: Float32Array;
}

/** Maximum number of faces that are compared pairwise; of more, an even sample is taken. */
export const COMPARED_FACES_MAX = 3_000;

/** Returns at most `max` of `faces`, sampled evenly from the first to the last. */
export function evenly<Face>(faces: readonly Face[], max: number): Face[] {
  if (faces.length <= max) return [...faces];
  return Array.from({ length: max }, (_, index) => faces[Math.floor(index * faces.length / max)]);
}

/**
 * Returns the similarity of every two faces: `genuine` for those of one person, `impostor` for
 * those of two.
 */
export function pairsOf(faces: readonly LabelledFace[]): Pairs {
  const pairs = { genuine: [] as number[], impostor: [] as number[] };
  for (const [index, one] of faces.entries()) {
    for (let next = index + 1; next < faces.length; next++) {
      const other = faces[next];
      pairs[one.name === other.name ? "genuine" : "impostor"].push(cosine(one.embedding, other.embedding));
    }
  }
  return pairs;
}
