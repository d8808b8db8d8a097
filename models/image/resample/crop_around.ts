import type { Box } from "../geometry/geometry.ts";
import type { Picture } from "../picture.ts";
import { shrinkTo } from "./shrink.ts";

/**
 * Returns the part of the picture around `box`: a square with sides `factor` times the longer side
 * of the box, clipped to the picture and shrunk to at most `sideMax` pixels a side.
 */
export function cropAround(picture: Picture, options: { box: Box; factor: number; sideMax: number }): Picture {
  const { box, factor, sideMax } = options;
  return shrinkTo(cutOut(picture, grown(box, factor)), sideMax);
}

function grown({ x, y, width, height }: Box, factor: number): Box {
  const side = Math.max(width, height) * factor;
  return { x: x + (width - side) / 2, y: y + (height - side) / 2, width: side, height: side };
}

/** Copies the whole pixels of `box` that lie in the picture, at least one each way. */
function cutOut({ width, height, data }: Picture, box: Box): Picture {
  const left = clamp(Math.floor(box.x), width - 1);
  const top = clamp(Math.floor(box.y), height - 1);
  const right = Math.max(left + 1, clamp(Math.ceil(box.x + box.width), width));
  const bottom = Math.max(top + 1, clamp(Math.ceil(box.y + box.height), height));
  const cut = { width: right - left, height: bottom - top, data: new Uint8Array((right - left) * (bottom - top) * 3) };
  const rowBytes = cut.width * 3;
  for (let row = 0; row < cut.height; row++) {
    const from = ((top + row) * width + left) * 3;
    cut.data.set(data.subarray(from, from + rowBytes), row * rowBytes);
  }
  return cut;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}
