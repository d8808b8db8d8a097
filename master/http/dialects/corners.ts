import type { Person } from "../../../protocol/messages/prediction.ts";

/** A box by its corners, in whole pixels. */
export interface Corners {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
}

/** Returns a box by its corners, within a picture of this size. */
export function cornersOf(
  { x, y, width, height }: Person["box"],
  picture: { readonly width: number; readonly height: number },
): Corners {
  const across = (value: number) => Math.min(Math.max(Math.round(value), 0), picture.width);
  const down = (value: number) => Math.min(Math.max(Math.round(value), 0), picture.height);
  return { xMin: across(x), yMin: down(y), xMax: across(x + width), yMax: down(y + height) };
}
