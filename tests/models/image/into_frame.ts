import type { Letterbox, Point } from "../../../models/image/geometry/geometry.ts";
import type { Placement } from "../../../models/image/geometry/placement.ts";

/** A point of the picture, in pixels of the frame. */
export function intoLetterbox(point: Point, { scale, offsetX, offsetY }: Letterbox): Point {
  return { x: point.x * scale + offsetX, y: point.y * scale + offsetY };
}

/** A point of the picture, in pixels of the frame. */
export function intoFrame({ x, y }: Point, { scaleX, scaleY, offsetX, offsetY }: Placement): Point {
  return { x: x * scaleX + offsetX, y: y * scaleY + offsetY };
}
