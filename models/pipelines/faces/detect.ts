import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { type Box, fromLetterbox, type Letterbox, type Size } from "../../image/geometry/geometry.ts";
import type { FacesParameters } from "../../manifest.ts";
import { suppressOverlaps } from "../detect/nms.ts";
import { isInPicture } from "../whole_pixels.ts";

/** The picture, letterboxed: RGB planes, `(x - 127) / 128`. */
export const DETECT_INPUT = { width: 320, height: 240, mean: 127, scale: 1 / 128 } as const;
const ANCHORS = 4_420;
/** How far out of the input a corner may lie; this also refuses what is not a number. */
const CORNER_MIN = -1;
const CORNER_MAX = 2;

/**
 * UltraFace RFB-320 (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB).
 * `scores` are pairs (background, face), `boxes` x1, y1, x2, y2 in 0..1 of the input; both after softmax and decoding.
 */
export const DETECT = {
  role: "detect",
  input: { name: "input", dims: [1, 3, DETECT_INPUT.height, DETECT_INPUT.width] },
  outputs: { scores: ANCHORS * 2, boxes: ANCHORS * 4 },
} as const;

/** A face as the detector gives it. */
export interface DetectedFace {
  /** In pixels of the picture; a face at the border may reach out of it. */
  readonly box: Box;
  readonly score: number;
}

/**
 * The faces in the detector's answer, best first, at most `LIMITS.personsMax`.
 * Boxes that lie outside the picture that `fit` put into the input are dropped, and so is what is no box at all.
 */
export function detectedFaces(
  answer: { readonly scores: Float32Array; readonly boxes: Float32Array },
  options: FacesParameters & { fit: Letterbox; picture: Size },
): DetectedFace[] {
  const candidates: DetectedFace[] = [];
  for (let anchor = 0; anchor < answer.scores.length / 2; anchor++) {
    const score = answer.scores[anchor * 2 + 1];
    if (!(score > options.scoreMin)) continue;
    const corners = answer.boxes.subarray(anchor * 4, anchor * 4 + 4);
    if (!corners.every((at) => at >= CORNER_MIN && at <= CORNER_MAX)) continue;
    const box = boxOfCorners(corners, options.fit);
    if (isInPicture(box, options.picture)) candidates.push({ box, score: Math.min(score, 1) });
  }
  return suppressOverlaps(candidates, {
    overlapMax: options.overlapMax,
    countMax: LIMITS.personsMax,
  });
}

function boxOfCorners(corners: Float32Array, fit: Letterbox): Box {
  const [left, top, right, bottom] = corners;
  const { width, height } = DETECT_INPUT;
  const { x, y } = fromLetterbox({ x: left * width, y: top * height }, fit);
  const end = fromLetterbox({ x: right * width, y: bottom * height }, fit);
  return { x, y, width: end.x - x, height: end.y - y };
}
