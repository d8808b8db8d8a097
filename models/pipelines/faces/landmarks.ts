import type { Box, Point } from "../../image/geometry/geometry.ts";

/** Format of the landmark model file's input: the grey square around a face, `grey / 256`. */
export const LANDMARKS_INPUT = { side: 64, scale: 1 / 256 } as const;

/**
 * Signature of the landmark model file: it returns 68 points (x, y) in 0..1 of the square, in the
 * order of the iBUG 300-W annotation.
 */
export const LANDMARKS = {
  role: "landmarks",
  input: { name: "input", dims: [1, 1, LANDMARKS_INPUT.side, LANDMARKS_INPUT.side] },
  outputs: { output: 136 },
} as const;

/**
 * Side of the square relative to the height of the detector's box; at 1.1 to 1.2 embeddings
 * distinguish people best.
 */
const SQUARE_PER_HEIGHT = 1.15;

/**
 * Indices of the iBUG points whose mean is each of the five: left eye, right eye, nose, left and
 * right mouth corner, as seen in the picture.
 */
const FIVE_POINTS: readonly (readonly number[])[] = [
  [37, 38, 40, 41],
  [43, 44, 46, 47],
  [30],
  [48, 60],
  [54, 64],
];

/**
 * Positions of the five points of an upright face, in 0..1 of its square: the mean of 22 faces in
 * six photos, made symmetric.
 */
const TYPICAL_POINTS: readonly Point[] = [
  { x: 0.365, y: 0.43 },
  { x: 0.635, y: 0.43 },
  { x: 0.5, y: 0.6 },
  { x: 0.385, y: 0.725 },
  { x: 0.615, y: 0.725 },
];

/** Largest distance of a point outside the square, in sides. */
const OUTSIDE_MAX = 0.5;
/** Distance from their common centre, in sides, that at least one of the five points must have. */
const SPREAD_MIN = 0.05;

/**
 * Returns the square around the face in `box` that is the landmark model file's input; parts of it
 * may lie outside the picture.
 */
export function landmarkSquare(box: Box): Box {
  const side = box.height * SQUARE_PER_HEIGHT;
  return {
    x: box.x + (box.width - side) / 2,
    y: box.y + (box.height - side) / 2,
    width: side,
    height: side,
  };
}

/**
 * Returns the five points, in pixels of the picture, from the landmark model file's output for
 * `square`. If the output is no face (not numbers, far outside, all in one place), the points of a
 * typical face are returned instead.
 */
export function fivePoints(landmarks: Float32Array, square: Box): Point[] {
  return plausiblePoints(FIVE_POINTS.map((indices) => meanPoint(landmarks, indices)), square);
}

/**
 * Returns the five points that a detector found for the face in `box`, in pixels of the picture. If
 * there are none, or if they are no face, the points of a typical face are returned instead.
 */
export function detectedPoints(points: readonly Point[] | null, box: Box): Point[] {
  const square = landmarkSquare(box);
  const found = points?.map(({ x, y }) => ({ x: (x - square.x) / square.width, y: (y - square.y) / square.height }));
  return plausiblePoints(found ?? TYPICAL_POINTS, square);
}

/** Converts `found`, in 0..1 of the square, to pixels of the picture if they can be a face. */
function plausiblePoints(found: readonly Point[], square: Box): Point[] {
  const points = isFace(found) ? found : TYPICAL_POINTS;
  return points.map(({ x, y }) => ({
    x: square.x + x * square.width,
    y: square.y + y * square.height,
  }));
}

function meanPoint(landmarks: Float32Array, indices: readonly number[]): Point {
  let x = 0;
  let y = 0;
  for (const index of indices) {
    x += landmarks[2 * index] / indices.length;
    y += landmarks[2 * index + 1] / indices.length;
  }
  return { x, y };
}

function isFace(points: readonly Point[]): boolean {
  const isNear = (at: number) => at >= -OUTSIDE_MAX && at <= 1 + OUTSIDE_MAX;
  if (!points.every(({ x, y }) => isNear(x) && isNear(y))) return false;
  const centreX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const centreY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  return points.some(({ x, y }) => Math.hypot(x - centreX, y - centreY) >= SPREAD_MIN);
}
