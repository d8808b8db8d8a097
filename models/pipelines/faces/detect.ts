import { type Box, fromLetterbox, type Letterbox, type Size } from "../../image/geometry/geometry.ts";
import type { ModelSignature } from "../checked_session.ts";
import { isInPicture } from "../whole_pixels.ts";
import { type Corners, priorCount } from "./priors.ts";

/** Format of the detector's input: the picture as RGB planes, `(x - 127) / 128`. */
export const DETECT_SAMPLES = { mean: 127, scale: 1 / 128 } as const;
const ROLE = "detect";
const INPUT_NAME = "input";
/**
 * Range of a box corner, in input sizes: it may lie somewhat outside the input. Values that are not
 * numbers are refused too.
 */
const CORNER_MIN = -1;
const CORNER_MAX = 2;

/** Signature of a detector whose outputs have known lengths. */
type DetectorSignature<Boxes extends string> = ModelSignature & {
  readonly outputs: Readonly<Record<"scores" | Boxes, number>>;
};

/** Input of a detector that decodes the boxes itself. */
export const DECODING_INPUT: Size = { width: 320, height: 240 };

/**
 * Returns the form of the detector, UltraFace RFB-320
 * (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB), for inputs of this size.
 * `scores` are pairs (background, face) after softmax; `regressions` are boxes relative to the
 * prior
 * boxes.
 */
export function detectSignature(input: Size): DetectorSignature<"regressions"> {
  const count = priorCount(input);
  return { ...signatureWithout(input), outputs: { scores: count * 2, regressions: count * 4 } };
}

/**
 * Returns the form of a detector that decodes the boxes itself: `boxes` are x1, y1, x2, y2 in 0..1
 * of the input.
 */
export function decodingDetectSignature(): DetectorSignature<"boxes"> {
  const count = priorCount(DECODING_INPUT);
  return { ...signatureWithout(DECODING_INPUT), outputs: { scores: count * 2, boxes: count * 4 } };
}

function signatureWithout({ width, height }: Size): Pick<ModelSignature, "role" | "input"> {
  return { role: ROLE, input: { name: INPUT_NAME, dims: [1, 3, height, width] } };
}

/** A face as the detector returns it. */
export interface DetectedFace {
  /** Box in pixels of the picture; that of a face at the border may extend beyond it. */
  readonly box: Box;
  readonly score: number;
}

/** Predictions of the detector in one input. */
export interface Predictions {
  readonly scores: Float32Array;
  readonly cornersOf: (index: number) => Corners;
}

/**
 * Returns the faces in the detector's predictions with more than `scoreMin`, overlapping ones
 * included. Drops boxes that are invalid or lie outside the picture, which `fit` placed in the
 * input.
 */
export function detectedFaces(
  { scores, cornersOf }: Predictions,
  options: { scoreMin: number; input: Size; fit: Letterbox; picture: Size },
): DetectedFace[] {
  const faces: DetectedFace[] = [];
  for (let index = 0; index < scores.length / 2; index++) {
    const score = scores[index * 2 + 1];
    if (!(score > options.scoreMin)) continue;
    const corners = cornersOf(index);
    if (!corners.every((at) => at >= CORNER_MIN && at <= CORNER_MAX)) continue;
    const box = boxOfCorners(corners, options);
    if (isInPicture(box, options.picture)) faces.push({ box, score: Math.min(score, 1) });
  }
  return faces;
}

function boxOfCorners(
  [left, top, right, bottom]: Corners,
  { input: { width, height }, fit }: { input: Size; fit: Letterbox },
): Box {
  const { x, y } = fromLetterbox({ x: left * width, y: top * height }, fit);
  const end = fromLetterbox({ x: right * width, y: bottom * height }, fit);
  return { x, y, width: end.x - x, height: end.y - y };
}
