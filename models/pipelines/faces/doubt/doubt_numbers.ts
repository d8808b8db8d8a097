import type { Box, Point } from "../../../image/geometry/geometry.ts";
import { similarityTransform, transformPoint } from "../../../image/geometry/similarity.ts";
import { ARCFACE_SIDE, ARCFACE_TEMPLATE } from "../align.ts";

/** Findings about one face by the detector, the landmarks and the embedder. */
export interface DoubtEvidence {
  readonly box: Box;
  readonly score: number;
  /** Left eye, right eye, nose, left and right mouth corner, in pixels of the picture. */
  readonly landmarks: readonly Point[];
  /** Length of the embedding before it is normalised. */
  readonly embeddingLength: number;
  /** Pixels of the first look at the picture for one of the picture. */
  readonly scale: number;
}

/** Largest score whose logarithmic odds are used; the smallest is as far from 0. */
const SCORE_MAX = 1 - 1e-4;
/** Largest size of every number: what is no face can have points anywhere. */
const NUMBER_MAX = 8;

/**
 * Returns the numbers of a face that the classifier weighs besides the embedding, in a fixed order:
 * logarithmic odds of the score; logarithms of the box's height in pixels of the first look, of its
 * ratio of width to height, and of the embedding's length; the residual of the fit of the five
 * points to those of a frontal face; in heights of the box, the spread of the points, the distance
 * of the eyes, and how far the centre of the points lies below that of the box; how far the nose is
 * beside the middle of the eyes, and the distance of eyes and mouth, in distances of the eyes.
 */
export function doubtNumbers({ box, score, landmarks, embeddingLength, scale }: DoubtEvidence): number[] {
  const [leftEye, rightEye, nose, leftCorner, rightCorner] = landmarks;
  const eyes = middleOf(leftEye, rightEye);
  const mouth = middleOf(leftCorner, rightCorner);
  const eyeDistance = Math.max(distanceOf(leftEye, rightEye), 1e-3 * box.height);
  const centre = centreOf(landmarks);
  const likely = Math.min(Math.max(score, 1 - SCORE_MAX), SCORE_MAX);
  const along = { x: (rightEye.x - leftEye.x) / eyeDistance, y: (rightEye.y - leftEye.y) / eyeDistance };
  const numbers = [
    Math.log(likely / (1 - likely)) / 4,
    Math.log(box.height * scale / 40),
    Math.log(box.width / box.height),
    Math.log(embeddingLength / 3),
    residualOf(landmarks) * 10,
    spreadOf(landmarks, centre) / box.height * 4,
    eyeDistance / box.height * 2,
    (centre.y - (box.y + box.height / 2)) / box.height * 4,
    Math.abs((nose.x - eyes.x) * along.x + (nose.y - eyes.y) * along.y) / eyeDistance * 2,
    distanceOf(eyes, mouth) / eyeDistance,
  ];
  return numbers.map((number) => Math.min(Math.max(number, -NUMBER_MAX), NUMBER_MAX));
}

/**
 * Returns the root mean square distance of the points from those of the template, after the best
 * shift, turn and scaling, in sides of the template.
 */
function residualOf(landmarks: readonly Point[]): number {
  const fit = similarityTransform(landmarks, ARCFACE_TEMPLATE);
  const squares = landmarks.reduce((sum, point, at) => {
    const { x, y } = transformPoint(point, fit);
    return sum + (x - ARCFACE_TEMPLATE[at].x) ** 2 + (y - ARCFACE_TEMPLATE[at].y) ** 2;
  }, 0);
  return Math.sqrt(squares / landmarks.length) / ARCFACE_SIDE;
}

function spreadOf(points: readonly Point[], centre: Point): number {
  const squares = points.reduce((sum, { x, y }) => sum + (x - centre.x) ** 2 + (y - centre.y) ** 2, 0);
  return Math.sqrt(squares / points.length);
}

function centreOf(points: readonly Point[]): Point {
  const sum = points.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

function middleOf(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}

function distanceOf(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
