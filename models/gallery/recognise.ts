import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Candidate, FaceQuality, Recognition } from "../../protocol/messages/prediction.ts";
import type { GalleryThresholds } from "./gallery_index.ts";

/** What a gallery says of one face, as it goes into the prediction. */
export interface Recognised {
  readonly recognition: Recognition;
  /** Null unless `known`: nobody is named on a guess. */
  readonly name: string | null;
  /** To the person of that name; null with it. */
  readonly similarity: number | null;
  /** Who it may be, best first; with `uncertain` only. */
  readonly candidates?: Candidate[];
}

/** Whether a face of this quality can be compared with anybody. */
export function isComparable(
  { eyeDistance, sharpness }: FaceQuality,
  { eyeDistanceMin, sharpnessMin }: GalleryThresholds,
): boolean {
  return eyeDistance >= eyeDistanceMin && sharpness >= sharpnessMin;
}

/**
 * What to say of a face whose nearest people are `nearest`, best first (at least two of them where there are two):
 * `poor_quality` when there is too little of the face; `known` when the best is near enough and clearly nearer than the second;
 * `unknown` when nobody is near; else `uncertain`, with everybody who is not too far to be it.
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
