import type { Point } from "../../image/geometry/geometry.ts";

/** Format of the aligned face: RGB planes, `(x - 127) / 128`. */
export const ALIGNED = { side: 112, mean: 127, scale: 1 / 128 } as const;

/**
 * Positions that ArcFace expects of the five points in its 112x112 input
 * (python-package/insightface/utils/face_align.py of https://github.com/deepinsight/insightface).
 */
export const ARCFACE_TEMPLATE: readonly Point[] = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];
