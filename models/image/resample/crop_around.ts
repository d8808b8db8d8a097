import type { Box } from "../geometry/geometry.ts";
import type { Picture } from "../picture.ts";
import { shrinkRows } from "./area_filter.ts";

/**
 * Returns the part of the picture around `box`: a square with sides `factor` times the longer side
 * of the box, clipped to the picture and shrunk to at most `sideMax` pixels a side.
 */
export function cropAround(picture: Picture, options: { box: Box; factor: number; sideMax: number }): Picture {
  const { box, factor, sideMax } = options;
  const cut = cutOut(picture, grown(box, factor));
  const scale = Math.min(1, sideMax / Math.max(cut.width, cut.height));
  return scale === 1 ? cut : shrunk(cut, scale);
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

function shrunk(picture: Picture, scale: number): Picture {
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const small = { width, height, data: new Uint8Array(width * height * 3) };
  const fit = { scaleX: width / picture.width, scaleY: height / picture.height, offsetX: 0, offsetY: 0 };
  shrinkRows(picture, { frame: small, fit }, (row, y) => {
    const to = y * width * 3;
    for (let at = 0; at < row.length; at++) small.data[to + at] = Math.round(row[at]);
  });
  return small;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}
