import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Candidate, FaceQuality, Recognition } from "../../protocol/messages/prediction.ts";
import type { GalleryThresholds } from "./gallery_index.ts";

/** Result of looking up one face in a gallery, as it goes into the prediction. */
export interface Recognised {
  readonly recognition: Recognition;
  /** Name of the person; null unless `known`, because a guess names no one. */
  readonly name: string | null;
  /** Similarity to the person of that name; null if `name` is null. */
  readonly similarity: number | null;
  /** Possible people, best first; present with `uncertain` only. */
  readonly candidates?: Candidate[];
}

/** Returns true if a face of this quality can be compared with people. */
export function isComparable(
  { eyeDistance, sharpness }: FaceQuality,
  { eyeDistanceMin, sharpnessMin }: Pick<GalleryThresholds, "eyeDistanceMin" | "sharpnessMin">,
): boolean {
  return eyeDistance >= eyeDistanceMin && sharpness >= sharpnessMin;
}

/**
 * Decides about a face whose nearest people are `nearest`, best first (at least two if the gallery
 * has two): `poor_quality` if too little of the face is visible; `known` if the best is near enough
 * and clearly nearer than the second; `unknown` if no one is near; else `uncertain`, with all
 * people who are near enough to be candidates.
 */
export function recognise(
  nearest: readonly Candidate[],
  options: { quality: FaceQuality; thresholds: GalleryThresholds },
): Recognised {
  const { quality, thresholds } = options;
  if (!isComparable(quality, thresholds)) return { recognition: "poor_quality", name: null, similarity: null };
  const [best, second] = nearest;
  if (best !== undefined && best.similarity >= thresholds.known) {
    const isClear = second === undefined || best.similarity - second.similarity >= thresholds.marginMin;
    if (isClear) return { recognition: "known", name: best.name, similarity: best.similarity };
  }
  if (best === undefined || best.similarity < thresholds.unknown) {
    return { recognition: "unknown", name: null, similarity: null };
  }
  const candidates = nearest.filter(({ similarity }) => similarity >= thresholds.unknown)
    .slice(0, LIMITS.candidatesMax).map(({ name, similarity }) => ({ name, similarity }));
  return { recognition: "uncertain", name: null, similarity: null, candidates };
}
