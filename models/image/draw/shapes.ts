import type { Box, Point } from "../geometry/geometry.ts";
import type { Picture } from "../picture.ts";
import type { Colour } from "./text.ts";

/** Fills a rectangle, its edges rounded to pixels and clipped to the picture. */
export function fillBox(picture: Picture, box: Box, [red, green, blue]: Colour): void {
  const { width, height, data } = picture;
  const left = Math.max(0, Math.round(box.x));
  const top = Math.max(0, Math.round(box.y));
  const right = Math.min(width, Math.round(box.x + box.width));
  const bottom = Math.min(height, Math.round(box.y + box.height));
  if (left >= right || top >= bottom) return;
  const start = (top * width + left) * 3;
  const end = (top * width + right) * 3;
  for (let at = start; at < end; at += 3) {
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
  }
  for (let row = 1; row < bottom - top; row++) data.copyWithin(start + row * width * 3, start, end);
}

/** Draws a frame, `thickness` pixels wide, just inside the edges of `box`. */
export function strokeBox(
  picture: Picture,
  box: Box,
  { thickness, colour }: { thickness: number; colour: Colour },
): void {
  const { x, y, width, height } = box;
  fillBox(picture, { x, y, width, height: thickness }, colour);
  fillBox(picture, { x, y: y + height - thickness, width, height: thickness }, colour);
  fillBox(picture, { x, y, width: thickness, height }, colour);
  fillBox(picture, { x: x + width - thickness, y, width: thickness, height }, colour);
}

/** Fills a disc with a soft edge, one pixel wide. */
export function fillDisc(
  { width, height, data }: Picture,
  centre: Point,
  { radius, colour }: { radius: number; colour: Colour },
): void {
  const reach = radius + 1;
  const top = Math.max(0, Math.floor(centre.y - reach));
  const bottom = Math.min(height, Math.ceil(centre.y + reach));
  const left = Math.max(0, Math.floor(centre.x - reach));
  const right = Math.min(width, Math.ceil(centre.x + reach));
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const distance = Math.hypot(x + 0.5 - centre.x, y + 0.5 - centre.y);
      const share = Math.min(Math.max(radius + 0.5 - distance, 0), 1);
      if (share === 0) continue;
      const at = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        data[at + channel] += Math.round((colour[channel] - data[at + channel]) * share);
      }
    }
  }
}
