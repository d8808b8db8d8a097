import type { Point } from "../../image/geometry/geometry.ts";
import type { FaceEmbedderParameters } from "../../manifest/face_files.ts";

/** Format of an aligned face: three planes of `side` x `side`, each `(sample - mean) * scale`. */
export interface AlignedForm {
  readonly side: number;
  readonly channels: "RGB" | "BGR";
  readonly mean: number;
  readonly scale: number;
}

/** Format of the aligned face for the built-in embedder. */
export const ALIGNED = { side: 112, channels: "RGB", mean: 127, scale: 1 / 128 } as const satisfies AlignedForm;

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

/** Side of the input that {@linkcode ARCFACE_TEMPLATE} is defined for, in pixels. */
export const ARCFACE_SIDE = 112;

/** Returns the positions that an embedder expects of the five points, in pixels of its input. */
export function templateOf({ template, side }: Pick<FaceEmbedderParameters, "template" | "side">): readonly Point[] {
  if (template !== "arcface") return template.map(([x, y]) => ({ x, y }));
  const scale = side / ARCFACE_SIDE;
  return ARCFACE_TEMPLATE.map(({ x, y }) => ({ x: x * scale, y: y * scale }));
}
