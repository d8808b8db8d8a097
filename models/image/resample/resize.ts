import { invariant } from "../../../protocol/kernel/invariant.ts";
import { shrinkRows } from "./area_filter.ts";
import { enlargeRows } from "./bilinear_filter.ts";
import type { Letterbox, Size } from "../geometry/geometry.ts";
import type { Picture } from "../picture.ts";

/**
 * Writes the picture, placed in a black frame of `width` x `height` pixels by `fit`, into `into`:
 * all of R, then G, then B, each `(sample - mean) * scale`. Shrinks by the mean of areas, enlarges
 * by linear interpolation.
 */
export function shrinkIntoTensor(
  picture: Picture,
  options: Size & { fit: Letterbox; mean: number; scale: number; into: Float32Array },
): void {
  const { width, height, fit, mean, scale, into } = options;
  const plane = width * height;
  invariant(into.length === plane * 3, "the tensor has the size of the frame");
  const shift = -mean * scale;
  into.fill(shift);
  const resample = fit.scale <= 1 ? shrinkRows : enlargeRows;
  const { offsetX, offsetY } = fit;
  const placement = { scaleX: fit.scale, scaleY: fit.scale, offsetX, offsetY };
  resample(picture, { frame: options, fit: placement }, (row, y) => {
    let to = y * width;
    for (let from = 0; from < row.length; from += 3, to++) {
      into[to] = row[from] * scale + shift;
      into[to + plane] = row[from + 1] * scale + shift;
      into[to + 2 * plane] = row[from + 2] * scale + shift;
    }
  });
}
