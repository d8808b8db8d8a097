import type { Picture } from "../picture.ts";
import { shrinkRows } from "./area_filter.ts";

/**
 * Returns `picture` shrunk so that its longer side is `sideMax` pixels; the same object if that is
 * no longer. Each pixel is the mean of the area that it covers.
 */
export function shrinkTo(picture: Picture, sideMax: number): Picture {
  const scale = sideMax / Math.max(picture.width, picture.height);
  if (scale >= 1) return picture;
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
