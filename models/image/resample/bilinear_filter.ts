import type { RowReceiver } from "./area_filter.ts";
import type { Size } from "../geometry/geometry.ts";
import type { Picture } from "../picture.ts";
import type { Placement } from "../geometry/placement.ts";

/**
 * The sources of the pixels of one axis of a frame: two neighbouring pixels, and the share of the
 * second.
 */
interface Taps {
  /** -1 if the frame's pixel lies outside the picture. */
  readonly firsts: Int32Array;
  readonly seconds: Int32Array;
  readonly shares: Float64Array;
}

/** Enlarges a picture into a frame by linear interpolation between the centres of pixels. */
export function enlargeRows(
  picture: Picture,
  { frame, fit }: { frame: Size; fit: Placement },
  receive: RowReceiver,
): void {
  const { width, height, data } = picture;
  const { scaleX, scaleY, offsetX, offsetY } = fit;
  const columns = makeTaps({ sourceCount: width, count: frame.width, scale: scaleX, offset: offsetX });
  const rows = makeTaps({ sourceCount: height, count: frame.height, scale: scaleY, offset: offsetY });
  const row = new Float32Array(frame.width * 3);
  for (let y = 0; y < frame.height; y++) {
    if (rows.firsts[y] < 0) continue;
    const upper = rows.firsts[y] * width * 3;
    const lower = rows.seconds[y] * width * 3;
    const down = rows.shares[y];
    for (let x = 0; x < frame.width; x++) {
      if (columns.firsts[x] < 0) continue;
      const left = columns.firsts[x] * 3;
      const right = columns.seconds[x] * 3;
      const across = columns.shares[x];
      for (let channel = 0; channel < 3; channel++) {
        const top = mix(data[upper + left + channel], data[upper + right + channel], across);
        const bottom = mix(data[lower + left + channel], data[lower + right + channel], across);
        row[x * 3 + channel] = mix(top, bottom, down);
      }
    }
    receive(row, y);
  }
}

function makeTaps(
  axis: { sourceCount: number; count: number; scale: number; offset: number },
): Taps {
  const { sourceCount, count, scale, offset } = axis;
  const firsts = new Int32Array(count).fill(-1);
  const seconds = new Int32Array(count);
  const shares = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const place = (at + 0.5 - offset) / scale;
    if (place < 0 || place > sourceCount) continue;
    const centre = Math.min(Math.max(place - 0.5, 0), sourceCount - 1);
    firsts[at] = Math.floor(centre);
    seconds[at] = Math.min(firsts[at] + 1, sourceCount - 1);
    shares[at] = centre - firsts[at];
  }
  return { firsts, seconds, shares };
}

function mix(one: number, other: number, share: number): number {
  return one + (other - one) * share;
}
