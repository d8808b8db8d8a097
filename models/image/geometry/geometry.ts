/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A point; coordinates grow to the right and down, pixel (0, 0) covers 0..1 on both axes. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle: its upper left corner and its size. */
export interface Box extends Point, Size {}

/**
 * The placement of a picture, whole and undistorted, in the middle of a frame of another shape:
 * frame = picture * scale + offset.
 */
export interface Letterbox {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

/**
 * Fits `source` into `frame`, as large as it goes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const fit = letterbox({ width: 640, height: 320 }, { width: 320, height: 240 });
 * assertEquals(fit, { scale: 0.5, offsetX: 0, offsetY: 40 }); ```
 */
export function letterbox(source: Size, frame: Size): Letterbox {
  const scale = Math.min(frame.width / source.width, frame.height / source.height);
  return {
    scale,
    offsetX: (frame.width - source.width * scale) / 2,
    offsetY: (frame.height - source.height * scale) / 2,
  };
}

/** Converts a point of the frame to pixels of the picture. */
export function fromLetterbox(point: Point, { scale, offsetX, offsetY }: Letterbox): Point {
  return { x: (point.x - offsetX) / scale, y: (point.y - offsetY) / scale };
}

/**
 * Returns the area that both boxes share over the area that either covers: 0 if they are apart, 1
 * if they are the same.
 */
export function intersectionOverUnion(one: Box, other: Box): number {
  const shared = sharedArea(one, other);
  return shared === 0 ? 0 : shared / (one.width * one.height + other.width * other.height - shared);
}

/** Returns the area that both boxes share, 0 if they are apart. */
export function sharedArea(one: Box, other: Box): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return width > 0 && height > 0 ? width * height : 0;
}
