import type { Box, Size } from "../image/geometry/geometry.ts";

/** Rounds `box` to whole pixels inside the picture, at least one in each direction. */
export function wholePixels(box: Box, picture: Size): Box {
  const x = clamp(Math.round(box.x), { from: 0, to: picture.width - 1 });
  const y = clamp(Math.round(box.y), { from: 0, to: picture.height - 1 });
  const right = clamp(Math.round(box.x + box.width), { from: x + 1, to: picture.width });
  const bottom = clamp(Math.round(box.y + box.height), { from: y + 1, to: picture.height });
  return { x, y, width: right - x, height: bottom - y };
}

/** Returns true if `box` has an area and overlaps the picture. */
export function isInPicture(box: Box, picture: Size): boolean {
  return box.width > 0 && box.height > 0 &&
    box.x < picture.width && box.x + box.width > 0 &&
    box.y < picture.height && box.y + box.height > 0;
}

function clamp(value: number, range: { from: number; to: number }): number {
  return Math.min(Math.max(value, range.from), range.to);
}
