import { type Box, letterbox, type Size } from "../../image/geometry/geometry.ts";
import type { View } from "./detector.ts";

/** The detector's largest stride: its inputs have sides that are multiples of it. */
const SIDE_STEP = 64;
/** Overlap of neighbouring tiles, in shorter sides of the picture. */
const TILE_OVERLAP = 0.5;
/** Overlap of neighbouring windows, in sides of a window. */
const WINDOW_OVERLAP = 0.25;
/** Factor by which a scale is reduced as long as it takes too many views. */
const SCALE_STEP = 0.97;

/** Distance from the border of a view, in pixels of its input, at which a box may be cut. */
const CUT_MARGIN = 2;
/** Difference of two borders, in pixels of the picture, that comes from rounding. */
const BORDER_TOLERANCE = 1e-6;

/**
 * Returns overlapping tiles of one size that cover the picture, none with sides of a larger ratio
 * than `sideRatioMax`; a single one if the picture has no larger ratio either. If that makes more
 * than `countMax` tiles, there are so many, and they are longer.
 */
export function tilesOf(picture: Size, options: { sideRatioMax: number; countMax: number }): Box[] {
  const { width, height } = picture;
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  const overlap = short * TILE_OVERLAP;
  const side = short * options.sideRatioMax;
  if (long <= side) return [{ x: 0, y: 0, width, height }];
  const count = Math.min(Math.ceil((long - overlap) / (side - overlap)), options.countMax);
  const tileSide = (long - overlap) / count + overlap;
  return Array.from({ length: count }, (_, at) => {
    const start = count === 1 ? 0 : at * (long - tileSide) / (count - 1);
    return width === long ? { x: start, y: 0, width: tileSide, height } : { x: 0, y: start, width, height: tileSide };
  });
}

/** Returns the view of a tile in an input of this size. */
export function coarseView(tile: Box, input: Size): View {
  const { scale, offsetX, offsetY } = letterbox(tile, input);
  return { input, fit: { scale, offsetX: offsetX - tile.x * scale, offsetY: offsetY - tile.y * scale } };
}

/**
 * Returns the view of a tile in an input whose longer side is `side`, and the other as it needs.
 */
export function fineView(tile: Box, side: number): View {
  const scale = side / Math.max(tile.width, tile.height);
  const stepped = (length: number) => Math.max(1, Math.ceil(length * scale / SIDE_STEP - 1e-6)) * SIDE_STEP;
  return coarseView(tile, { width: stepped(tile.width), height: stepped(tile.height) });
}

/**
 * Returns views that cover the picture at one scale, with inputs of at most `inputSideMax`, which
 * overlap by `overlap` pixels of the input or more. The scale is the largest up to `scaleMax` at
 * which they are at most `countMax`.
 */
export function viewsOfAll(
  picture: Size,
  options: { inputSideMax: number; scaleMax: number; overlap: number; countMax: number },
): View[] {
  const { inputSideMax, overlap, countMax } = options;
  for (let scale = options.scaleMax;; scale *= SCALE_STEP) {
    const [across, down] = [picture.width, picture.height].map((length) =>
      Math.max(1, Math.ceil((length * scale - overlap) / (inputSideMax - overlap)))
    );
    if (across * down > countMax) continue;
    const sideOf = (length: number, count: number) =>
      Math.ceil(((length * scale - overlap) / count + overlap) / SIDE_STEP - 1e-6) * SIDE_STEP;
    const input = { width: sideOf(picture.width, across), height: sideOf(picture.height, down) };
    return startsOf(picture.height, { side: input.height / scale, count: down }).flatMap((top) =>
      startsOf(picture.width, { side: input.width / scale, count: across }).map((left) =>
        windowAt({ left, top }, { input, scale })
      )
    );
  }
}

/** Returns overlapping views that cover the picture, all with this input and scale. */
export function windowsOver(picture: Size, { input, scale }: { input: Size; scale: number }): View[] {
  const starts = (length: number, side: number) => {
    const overlap = side * WINDOW_OVERLAP;
    return startsOf(length, { side, count: Math.ceil((length - overlap) / (side - overlap)) });
  };
  const lefts = starts(picture.width, input.width / scale);
  const tops = starts(picture.height, input.height / scale);
  return tops.flatMap((top) => lefts.map((left) => windowAt({ left, top }, { input, scale })));
}

/** Returns the view whose upper left corner is at this place of the picture. */
function windowAt(
  { left, top }: { left: number; top: number },
  { input, scale }: { input: Size; scale: number },
): View {
  return { input, fit: { scale, offsetX: -left * scale, offsetY: -top * scale } };
}

/** Returns where windows of this side begin along an axis; one that is too long is centred. */
function startsOf(length: number, { side, count }: { side: number; count: number }): number[] {
  if (length <= side) return [(length - side) / 2];
  return Array.from({ length: count }, (_, at) => at * (length - side) / (count - 1));
}

/** Returns the part of the picture that a view shows, in pixels of the picture. */
export function regionOf({ input, fit: { scale, offsetX, offsetY } }: View, picture: Size): Box {
  const x = Math.max(0, -offsetX / scale);
  const y = Math.max(0, -offsetY / scale);
  const right = Math.min(picture.width, (input.width - offsetX) / scale);
  const bottom = Math.min(picture.height, (input.height - offsetY) / scale);
  return { x, y, width: right - x, height: bottom - y };
}

/** Returns true if the border of the view, but not that of the picture, may cut the box. */
export function isCut(box: Box, { view, picture }: { view: View; picture: Size }): boolean {
  const margin = CUT_MARGIN / view.fit.scale;
  const { x, y, width, height } = regionOf(view, picture);
  const [right, bottom] = [x + width, y + height];
  return (x > 0 && box.x < x + margin) ||
    (y > 0 && box.y < y + margin) ||
    (right < picture.width - BORDER_TOLERANCE && box.x + box.width > right - margin) ||
    (bottom < picture.height - BORDER_TOLERANCE && box.y + box.height > bottom - margin);
}

/**
 * Returns as few of the views as needed to show each box with its surroundings, by taking the one
 * that shows the most of those left until none is left.
 */
export function covering(
  boxes: readonly Box[],
  { views, picture }: { views: readonly View[]; picture: Size },
): View[] {
  let open = views.map((view) => {
    const region = regionOf(view, picture);
    return { view, shown: new Set(boxes.filter((box) => isShown(box, region, picture))) };
  });
  const taken: View[] = [];
  while (true) {
    open = open.filter(({ shown }) => shown.size > 0);
    if (open.length === 0) return taken;
    const best = open.reduce((one, other) => other.shown.size > one.shown.size ? other : one);
    taken.push(best.view);
    open = open.map(({ view, shown }) => ({ view, shown: shown.difference(best.shown) }));
  }
}

/**
 * Returns true if the region holds the box and a quarter of its size around it, within the picture.
 */
function isShown({ x, y, width, height }: Box, region: Box, picture: Size): boolean {
  const left = Math.max(0, x - width / 4);
  const top = Math.max(0, y - height / 4);
  const right = Math.min(picture.width, x + width * 1.25);
  const bottom = Math.min(picture.height, y + height * 1.25);
  return left >= region.x && right <= region.x + region.width + BORDER_TOLERANCE &&
    top >= region.y && bottom <= region.y + region.height + BORDER_TOLERANCE;
}
