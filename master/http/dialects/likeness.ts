import type { GalleryThresholds } from "../../../models/gallery/gallery_index.ts";
import type { Person } from "../../../protocol/messages/prediction.ts";

/** Likeness of a face that is just similar enough for its name. */
const KNOWN = 0.9;
/** Likeness of a face that is just similar enough to be uncertain, and the most of an uncertain one. */
const DOUBT = 0.5;
/** Smallest difference of the two thresholds that the curve is drawn through. */
const DIFFERENCE_MIN = 0.01;

/** A person whose face it may be, with a likeness from 0 to 1. */
export interface Likely {
  readonly name: string;
  readonly likeness: number;
}

/**
 * Returns a cosine similarity on the scale of other products, whose clients compare it with fixed
 * numbers: 0.9 at the similarity from which the gallery names a face, 0.5 at the one below which a
 * face is nobody's, and 0 to 1 in all, along the curve that CompreFace uses.
 */
export function likenessOf(
  similarity: number,
  { known, unknown }: Pick<GalleryThresholds, "known" | "unknown">,
): number {
  const slope = Math.atanh(2 * KNOWN - 1) / Math.max(known - unknown, DIFFERENCE_MIN);
  return rounded((Math.tanh(slope * (similarity - unknown)) + 1) / 2);
}

/**
 * Returns the people whose face it may be, the likeliest first. An uncertain face has at most a
 * likeness of 0.5: the clients would take more for a match.
 */
export function likelyPeople(person: Person, thresholds: GalleryThresholds): Likely[] {
  if (person.name !== null && person.similarity !== null) {
    return [{ name: person.name, likeness: likenessOf(person.similarity, thresholds) }];
  }
  return (person.candidates ?? []).map(({ name, similarity }) => ({
    name,
    likeness: Math.min(DOUBT, likenessOf(similarity, thresholds)),
  }));
}

function rounded(likeness: number): number {
  return Math.round(likeness * 100_000) / 100_000;
}
