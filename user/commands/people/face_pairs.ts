import { cosine } from "../../../models/gallery/cosine.ts";
import type { Pairs } from "../../../models/gallery/roc.ts";

/** A face, and whose it is. */
export interface LabelledFace {
  readonly name: string;
  readonly embedding: Float32Array;
}

/** Faces that are compared each with each; of more, so many are taken from all over. */
export const COMPARED_FACES_MAX = 3_000;

/** At most `max` of `faces`, evenly from the first to the last. */
export function evenly<Face>(faces: readonly Face[], max: number): Face[] {
  if (faces.length <= max) return [...faces];
  return Array.from({ length: max }, (_, index) => faces[Math.floor(index * faces.length / max)]);
}

/** The similarity of every two faces: of one person, and of two. */
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
