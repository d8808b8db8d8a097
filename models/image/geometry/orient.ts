import { exchangesSides, type Orientation } from "./orientation.ts";
import type { Picture } from "../picture.ts";

/**
 * Pixels a side of the blocks that are moved at once, so that the rows and columns of a block both
 * stay in the cache.
 */
const BLOCK = 16;

/** Turns `picture` upright; returns the same object if it already is. */
export function orient(picture: Picture, orientation: Orientation): Picture {
  if (orientation === 1) return picture;
  const { width, height, original } = picture;
  const exchanged = exchangesSides(orientation);
  const target = {
    ...picture,
    ...(original !== undefined && exchanged ? { original: { width: original.height, height: original.width } } : {}),
    width: exchanged ? height : width,
    height: exchanged ? width : height,
    data: new Uint8Array(picture.data.length),
  };
  // The target of a pixel is affine in its column and row, whatever the orientation.
  const columnUnit = exchanged ? target.width * 3 : 3;
  const rowUnit = exchanged ? 3 : target.width * 3;
  const columnsReversed = [2, 3, 7, 8].includes(orientation);
  const rowsReversed = [3, 4, 6, 7].includes(orientation);
  movePixels(picture, target.data, {
    start: (columnsReversed ? (width - 1) * columnUnit : 0) + (rowsReversed ? (height - 1) * rowUnit : 0),
    columnStep: columnsReversed ? -columnUnit : columnUnit,
    rowStep: rowsReversed ? -rowUnit : rowUnit,
  });
  return target;
}

function movePixels(
  { width, height, data }: Picture,
  target: Uint8Array,
  { start, columnStep, rowStep }: { start: number; columnStep: number; rowStep: number },
): void {
  for (let top = 0; top < height; top += BLOCK) {
    const bottom = Math.min(top + BLOCK, height);
    for (let left = 0; left < width; left += BLOCK) {
      const right = Math.min(left + BLOCK, width);
      for (let row = top; row < bottom; row++) {
        let from = (row * width + left) * 3;
        let to = start + row * rowStep + left * columnStep;
        for (let column = left; column < right; column++) {
          target[to] = data[from];
          target[to + 1] = data[from + 1];
          target[to + 2] = data[from + 2];
          from += 3;
          to += columnStep;
        }
      }
    }
  }
}
