import { type AreaSpans, makeAreaSpans } from "./area_spans.ts";
import type { Size } from "../geometry/geometry.ts";
import type { Picture } from "../picture.ts";
import type { Placement } from "../geometry/placement.ts";
import { RowSums } from "./row_sums.ts";

/** The largest total weight of the rows of one sum. */
const WEIGHT_MAX = 256;
/** The most rows that are summed for one pixel; if it covers more, only some of them are. */
const ROWS_MAX = WEIGHT_MAX - 2;

/**
 * A receiver of the rows of a frame that a picture reaches into: R, G, B in turn, 0..255, black
 * outside the picture.
 */
export type RowReceiver = (row: Float32Array, y: number) => void;

/**
 * Shrinks a picture into a frame: each pixel of the frame is the mean of the area that it covers.
 */
export function shrinkRows(
  picture: Picture,
  { frame, fit }: { frame: Size; fit: Placement },
  receive: RowReceiver,
): void {
  const rows = makeAreaSpans({
    sourceCount: picture.height,
    count: frame.height,
    scale: fit.scaleY,
    offset: fit.offsetY,
  });
  const columns = makeAreaSpans({
    sourceCount: picture.width,
    count: frame.width,
    scale: fit.scaleX,
    offset: fit.offsetX,
  });
  const sums = new RowSums(picture, columns);
  const row = new Float32Array(frame.width * 3);
  for (let y = 0; y < frame.height; y++) {
    if (rows.lasts[y] < rows.firsts[y]) continue;
    takeMeans(sums, { columns, weight: sumRows(sums, rows, y) }, row);
    receive(row, y);
  }
}

/**
 * Sums the rows of a span; returns the divisor of the sum, which counts the part of the span
 * outside the picture as black.
 */
function sumRows(sums: RowSums, spans: AreaSpans, y: number): number {
  const { ratio } = spans;
  const [first, last] = [spans.firsts[y], spans.lasts[y]];
  const [before, after] = [spans.firstExcess[y], spans.lastExcess[y]];
  const step = Math.ceil(ratio / ROWS_MAX);
  const count = Math.floor((last - first) / step) + 1;
  // Parts of rows count in steps of 1/unit.
  const unit = spans.whole || step > 1 ? 1 : Math.max(1, Math.floor(WEIGHT_MAX / (ratio + 2)));
  const areWhole = unit === 1 || count === 1;
  const weights = {
    first: areWhole ? unit : Math.round((1 - before) * unit),
    between: unit,
    last: areWhole ? unit : Math.round((1 - after) * unit),
  };
  sums.sum({ first, last, step }, weights);
  const weight = weights.first + (count - 2) * unit + weights.last;
  const share = (last - first + 1 - before - after) / ratio;
  return weight / share;
}

/**
 * Writes the means over spans of columns, R, G, B in turn, of sums that each have the weight
 * `weight`.
 */
function takeMeans(
  { sums, spanSums, firstPixel }: RowSums,
  { columns, weight }: { columns: AreaSpans; weight: number },
  target: Float32Array,
): void {
  const { firsts, lasts, firstExcess, lastExcess, whole } = columns;
  const scale = 1 / (weight * columns.ratio);
  for (let x = 0, to = 0; x < firsts.length; x++, to += 3) {
    const first = (firsts[x] - firstPixel) * 3;
    const last = (lasts[x] - firstPixel) * 3;
    let red = spanSums[x * 4];
    let green = spanSums[x * 4 + 1];
    let blue = spanSums[x * 4 + 2];
    if (!whole && last >= first) {
      const before = firstExcess[x];
      const after = lastExcess[x];
      red -= before * sums[first] + after * sums[last];
      green -= before * sums[first + 1] + after * sums[last + 1];
      blue -= before * sums[first + 2] + after * sums[last + 2];
    }
    target[to] = red * scale;
    target[to + 1] = green * scale;
    target[to + 2] = blue * scale;
  }
}
