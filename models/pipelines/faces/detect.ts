import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { type Box, fromLetterbox, type Letterbox, type Size } from "../../image/geometry/geometry.ts";
import type { FacesParameters } from "../../manifest.ts";
import { suppressOverlaps } from "../detect/nms.ts";
import { isInPicture } from "../whole_pixels.ts";

/** Format of the detector's input: the letterboxed picture as RGB planes, `(x - 127) / 128`. */
export const DETECT_INPUT = { width: 320, height: 240, mean: 127, scale: 1 / 128 } as const;
const ANCHORS = 4_420;
/**
 * Range of a box corner, in input sizes: it may lie somewhat outside the input. Values that are not
 * numbers are refused too.
 */
const CORNER_MIN = -1;
const CORNER_MAX = 2;

/**
 * Signature of the detector, UltraFace RFB-320
 * (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB). `scores` are pairs
 * (background, face) after softmax; `boxes` are decoded x1, y1, x2, y2 in 0..1 of the input.
 */
export const DETECT = {
  role: "detect",
  input: { name: "input", dims: [1, 3, DETECT_INPUT.height, DETECT_INPUT.width] },
  outputs: { scores: ANCHORS * 2, boxes: ANCHORS * 4 },
} as const;

/** A face as the detector returns it. */
export interface DetectedFace {
  /** Box in pixels of the picture; that of a face at the border may extend beyond it. */
  readonly box: Box;
  readonly score: number;
}

/**
 * Returns the faces in the detector's outputs, best first, at most `LIMITS.personsMax`. Drops boxes
 * that are invalid or lie outside the picture, which `fit` placed in the input.
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
