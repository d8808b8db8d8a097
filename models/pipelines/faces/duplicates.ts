import { type Box, intersectionOverUnion, sharedArea } from "../../image/geometry/geometry.ts";
import type { DetectedFace } from "./detect.ts";

/** A face that was found in one view of the picture. */
export interface SeenFaceBox extends DetectedFace {
  /** True if the border of the view may cut the face: another view may show more of it. */
  readonly isCut: boolean;
  /** Pixels of the view for one of the picture. */
  readonly scale: number;
}

/**
 * Largest overlap of boxes that were found at different scales or turns, in overlaps at one scale:
 * the box of a small face is less exact at a small scale.
 */
const OTHER_SCALE_OVERLAP = 0.5;
/** Share of a box that lies inside another from which on the other contains it. */
const INSIDE_MIN = 0.7;
/** The same for a face that is cut. */
const CUT_INSIDE_MIN = 0.5;
/**
 * Lowest score of a face inside the box of a better one. Parts of a face, such as an eye with its
 * brow, were found with up to 0.89; small faces that were put in front of large ones got 0.95 or
 * more in a view in which they were 24 pixels high, all but one of 110.
 */
const INSIDE_SCORE_MIN = 0.95;

/**
 * Returns the faces of all views, each once, best first. Of boxes that overlap, the best is kept;
 * one that a border cuts is kept only if there is no whole one. A box inside a better one is part
 * of the same face unless its own score is very high: then it is a face in front of another.
 */
export function suppressDuplicates(
  faces: readonly SeenFaceBox[],
  { overlapMax }: { overlapMax: number },
): SeenFaceBox[] {
  const kept: SeenFaceBox[] = [];
  const bestFirst = faces.toSorted((one, other) => Number(one.isCut) - Number(other.isCut) || other.score - one.score);
  for (const face of bestFirst) {
    if (kept.every((better) => !isDuplicate(face, better, overlapMax))) kept.push(face);
  }
  return kept.sort((one, other) => other.score - one.score);
}

/**
 * Returns true if the face lies inside a better one of `faces`, and its score does not show whether
 * it is a part of that or a face in front of it.
 */
export function isDoubtful(face: DetectedFace, faces: readonly DetectedFace[]): boolean {
  return face.score < INSIDE_SCORE_MIN &&
    faces.some((better) => better.score > face.score && shareInside(face.box, better.box) >= INSIDE_MIN);
}

/**
 * Returns true if two boxes that were found at different turns of the picture are of one face,
 * `surer` being the surer of them. Nobody stands in front of another turned by a quarter, so a box
 * that is half inside the surer one is part of it, whatever its score.
 */
export function isSameFaceTurned(face: DetectedFace, surer: DetectedFace, overlapMax: number): boolean {
  return intersectionOverUnion(face.box, surer.box) > overlapMax * OTHER_SCALE_OVERLAP ||
    shareInside(face.box, surer.box) >= CUT_INSIDE_MIN;
}

function shareInside(box: Box, other: Box): number {
  return sharedArea(box, other) / (box.width * box.height);
}

function isDuplicate(face: SeenFaceBox, better: SeenFaceBox, overlapMax: number): boolean {
  const overlap = intersectionOverUnion(face.box, better.box);
  if (overlap === 0) return false;
  if (overlap > (face.scale === better.scale ? overlapMax : overlapMax * OTHER_SCALE_OVERLAP)) return true;
  const inside = shareInside(face.box, better.box);
  return face.isCut ? inside >= CUT_INSIDE_MIN : inside >= INSIDE_MIN && face.score < INSIDE_SCORE_MIN;
}
