import type { Point } from "../geometry/geometry.ts";
import type { Contour, OutlinePoint } from "./glyph_outline.ts";

/**
 * The share of each pixel that a shape covers, 0..255, and the place of its upper left pixel from
 * the shape's origin.
 */
export interface Coverage {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * The straight pieces that a curve is cut into; letters of ordinary sizes look smooth with these.
 */
const CURVE_PIECES = 6;

/**
 * Computes the exact coverage of every pixel by an outline whose y grows upwards, at `scale` pixels
 * a unit. Each edge adds the signed area to its right to the pixels that it crosses; summed from
 * left to right they are the coverage (the method of Raph Levien's font-rs).
 */
export function rasterize(contours: readonly Contour[], scale: number): Coverage {
  const lines = contours.map((contour) => flatten(contour, scale));
  const xs = lines.flat().map(({ x }) => x);
  const ys = lines.flat().map(({ y }) => y);
  if (xs.length === 0) return { left: 0, top: 0, width: 0, height: 0, data: new Uint8Array() };
  const left = Math.floor(Math.min(...xs));
  const top = Math.floor(Math.min(...ys));
  const width = Math.ceil(Math.max(...xs)) - left + 1;
  const height = Math.ceil(Math.max(...ys)) - top;
  const areas = new Float32Array(width * height + 1);
  for (const line of lines) {
    line.forEach((point, index) => {
      const next = line[(index + 1) % line.length];
      addEdge(
        { x: point.x - left, y: point.y - top },
        { x: next.x - left, y: next.y - top },
        { areas, width },
      );
    });
  }
  const data = new Uint8Array(width * height);
  let sum = 0;
  for (let at = 0; at < data.length; at++) {
    sum += areas[at];
    data[at] = Math.min(Math.round(Math.abs(sum) * 255), 255);
  }
  return { left, top, width, height, data };
}

/** Converts the contour to straight lines in pixels, y growing downwards. */
function flatten(contour: Contour, scale: number): Point[] {
  const points = withMiddles(contour);
  const line: Point[] = [];
  points.forEach((point, index) => {
    if (point.onLine) line.push({ x: point.x * scale, y: -point.y * scale });
    else {
      const before = points[(index + points.length - 1) % points.length];
      const after = points[(index + 1) % points.length];
      for (let piece = 1; piece < CURVE_PIECES; piece++) {
        const share = piece / CURVE_PIECES;
        const rest = 1 - share;
        const along = (axis: "x" | "y") =>
          rest * rest * before[axis] + 2 * rest * share * point[axis] + share * share * after[axis];
        line.push({ x: along("x") * scale, y: -along("y") * scale });
      }
    }
  });
  return line;
}

/** Adds the implied points halfway between two control points. */
function withMiddles(contour: Contour): OutlinePoint[] {
  return contour.flatMap((point, index) => {
    const next = contour[(index + 1) % contour.length];
    if (point.onLine || next.onLine) return [point];
    return [point, { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2, onLine: true }];
  });
}

function addEdge(
  start: Point,
  end: Point,
  { areas, width }: { areas: Float32Array; width: number },
): void {
  if (start.y === end.y) return;
  const [upper, lower] = start.y < end.y ? [start, end] : [end, start];
  const sign = start.y < end.y ? 1 : -1;
  const slope = (lower.x - upper.x) / (lower.y - upper.y);
  for (let y = Math.floor(upper.y); y < lower.y; y++) {
    const from = Math.max(upper.y, y);
    const to = Math.min(lower.y, y + 1);
    const fromX = upper.x + (from - upper.y) * slope;
    const toX = upper.x + (to - upper.y) * slope;
    addRow(areas, y * width, {
      left: Math.min(fromX, toX),
      right: Math.max(fromX, toX),
      height: (to - from) * sign,
    });
  }
}

/** Adds the piece of an edge within one row of pixels: the part of each pixel to its right. */
function addRow(
  areas: Float32Array,
  rowStart: number,
  piece: { left: number; right: number; height: number },
): void {
  const { left, right, height } = piece;
  let covered = 0;
  for (let x = Math.floor(left); x <= Math.floor(right); x++) {
    // The mean share of this pixel to the right of the edge, over the part of the row that the edge
    // has reached by its end.
    const total = height * shareRightOf(x, left, right);
    areas[rowStart + x] += total - covered;
    covered = total;
  }
  areas[rowStart + Math.floor(right) + 1] += height - covered;
}

/**
 * Returns the mean share of pixel `x` to the right of an edge that runs evenly from `left` to
 * `right`.
 */
function shareRightOf(x: number, left: number, right: number): number {
  if (right - left < 1e-9) return clamp(x + 1 - left, 0, 1);
  // The integral of clamp(x + 1 - t, 0, 1) over t: 1 before the pixel, falling to 0 within it.
  const before = Math.max(Math.min(right, x) - left, 0);
  const start = clamp(left, x, x + 1);
  const end = clamp(right, x, x + 1);
  return (before + (end - start) * (x + 1 - (start + end) / 2)) / (right - left);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
