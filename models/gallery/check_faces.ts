import type { Candidate, FaceQuality } from "../../protocol/messages/prediction.ts";
import { cosine } from "./cosine.ts";
import type { GalleryThresholds } from "./gallery_index.ts";

/**
 * Faults of an enrolled face: it is not like the other faces of its person; it is nearer to another
 * person; its eyes are too close together; it is not sharp enough.
 */
export type FaceFault = "unlike_own" | "nearer_to_other" | "too_small" | "too_blurred";

/** An enrolled face to check. */
export interface EnrolledFace {
  readonly faceId: string;
  readonly quality: FaceQuality;
  readonly embedding: Float32Array;
}

/** Agreement of a face with the other faces of its person. */
export interface OwnLikeness {
  /**
   * Mean similarity to the other faces of the person that were not set aside before this one;
   * `null` if there are none.
   */
  readonly mean: number | null;
  /** Similarity to the nearest other face of the person; `null` if there is none. */
  readonly nearest: number | null;
  /** True if the face disagrees with the others. */
  readonly isAside: boolean;
}

/** Result of the check of one face. */
export interface FaceCheck {
  readonly faceId: string;
  readonly quality: FaceQuality;
  /** `mean` of its {@linkcode OwnLikeness}. */
  readonly ownSimilarity: number | null;
  /** The nearest other person; `null` if there is nobody else. */
  readonly other: Candidate | null;
  /** Empty if nothing is wrong. */
  readonly faults: readonly FaceFault[];
}

/** Limits of a check. */
export interface FaceCheckOptions {
  /** Least similarity of two faces of one person. */
  readonly ownMin: number;
  /**
   * Similarity to another person from which a face without others of its own person is probably
   * theirs.
   */
  readonly otherMin: number;
  readonly quality: Pick<GalleryThresholds, "eyeDistanceMin" | "sharpnessMin">;
  /** Returns the person nearest to a face, other than the one who is checked. */
  readonly nearestOther: (embedding: Float32Array) => Candidate | null;
}

/** Number of faces that are suggested as a person's best. */
const BEST_MAX = 3;

/**
 * Compares the enrolled faces of one person with each other. Faces whose mean similarity to the
 * others is below `ownMin` are set aside one by one, the worst first, so that one wrong face does
 * not condemn the right ones. Two faces that agree with no third are both set aside.
 */
export function compareOwn(faces: readonly EnrolledFace[], ownMin: number): OwnLikeness[] {
  const similarities = faces.map(({ embedding }) => faces.map((other) => cosine(embedding, other.embedding)));
  const aside = new Set<number>();
  const means: (number | null)[] = faces.map(() => null);
  for (;;) {
    const left = faces.map((_, index) => index).filter((index) => !aside.has(index));
    if (left.length < 2) break;
    for (const index of left) means[index] = meanOf(similarities[index], left.filter((other) => other !== index));
    const lowest = Math.min(...left.map((index) => means[index] ?? 1));
    if (lowest >= ownMin) break;
    for (const index of left) if (means[index] === lowest) aside.add(index);
  }
  return faces.map((_, index) => {
    const others = similarities[index].filter((_, other) => other !== index);
    const nearest = others.length === 0 ? null : Math.max(...others);
    return { mean: means[index], nearest, isAside: aside.has(index) };
  });
}

/** Checks an enrolled face that is as like the others of its person as `own` says. */
export function checkFace(face: EnrolledFace, own: OwnLikeness, options: FaceCheckOptions): FaceCheck {
  const { ownMin, otherMin, quality, nearestOther } = options;
  const other = nearestOther(face.embedding);
  const otherBar = own.nearest === null ? otherMin : Math.max(ownMin, own.nearest);
  const faults: FaceFault[] = [
    ...(own.isAside ? ["unlike_own" as const] : []),
    ...(other !== null && other.similarity >= otherBar ? ["nearer_to_other" as const] : []),
    ...(face.quality.eyeDistance < quality.eyeDistanceMin ? ["too_small" as const] : []),
    ...(face.quality.sharpness < quality.sharpnessMin ? ["too_blurred" as const] : []),
  ];
  return { faceId: face.faceId, quality: face.quality, ownSimilarity: own.mean, other, faults };
}

/**
 * Returns a person's best faces, best first: those without a fault that are most like the person's
 * others, and of those that are equally like them, to a hundredth, the larger and then the sharper.
 */
export function bestFaces<Face extends FaceCheck>(checks: readonly Face[]): Face[] {
  const likeness = ({ ownSimilarity }: Face) => Math.round((ownSimilarity ?? -1) * 100);
  return checks.filter(({ faults }) => faults.length === 0)
    .sort((one, other) =>
      likeness(other) - likeness(one) || other.quality.eyeDistance - one.quality.eyeDistance ||
      other.quality.sharpness - one.quality.sharpness
    )
    .slice(0, BEST_MAX);
}

function meanOf(row: readonly number[], columns: readonly number[]): number {
  return columns.reduce((sum, column) => sum + row[column], 0) / columns.length;
}
