import { invariant } from "../../../protocol/kernel/invariant.ts";
import type { Point } from "./geometry.ts";

/**
 * A rotation, a uniform scaling and a shift: `(x, y)` goes to `(a x - b y + shiftX, b x + a y +
 * shiftY)`.
 */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

/**
 * Returns the similarity that brings the points `from` nearest to the points `to`, by least
 * squares, without mirroring (Umeyama 1991, "Least-squares estimation of transformation parameters
 * between two point patterns"; in two dimensions it has this closed form). The points of `from`
 * must not all be the same.
 */
export function similarityTransform(from: readonly Point[], to: readonly Point[]): Similarity {
  invariant(from.length === to.length, "every point has a counterpart");
  const fromCentre = centre(from);
  const toCentre = centre(to);
  let along = 0;
  let across = 0;
  let spread = 0;
  from.forEach((point, index) => {
    const x = point.x - fromCentre.x;
    const y = point.y - fromCentre.y;
    const targetX = to[index].x - toCentre.x;
    const targetY = to[index].y - toCentre.y;
    along += x * targetX + y * targetY;
    across += x * targetY - y * targetX;
    spread += x * x + y * y;
  });
  invariant(spread > 0, "the points to be mapped are not all one");
  const a = along / spread;
  const b = across / spread;
  return {
    a,
    b,
    shiftX: toCentre.x - a * fromCentre.x + b * fromCentre.y,
    shiftY: toCentre.y - b * fromCentre.x - a * fromCentre.y,
  };
}

/** Applies the similarity to `point`. */
export function transformPoint({ x, y }: Point, { a, b, shiftX, shiftY }: Similarity): Point {
  return { x: a * x - b * y + shiftX, y: b * x + a * y + shiftY };
}

/** Returns the similarity that undoes this one. */
export function invertSimilarity({ a, b, shiftX, shiftY }: Similarity): Similarity {
  const square = a * a + b * b;
  invariant(square > 0, "the similarity does not bring everything to one point");
  const inverse = { a: a / square, b: -b / square, shiftX: 0, shiftY: 0 };
  const origin = transformPoint({ x: shiftX, y: shiftY }, inverse);
  return { ...inverse, shiftX: -origin.x, shiftY: -origin.y };
}

function centre(points: readonly Point[]): Point {
  const sum = points.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }));
  return { x: sum.x / points.length, y: sum.y / points.length };
}
