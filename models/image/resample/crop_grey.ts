import { invariant } from "../../../protocol/kernel/invariant.ts";
import type { Box } from "../geometry/geometry.ts";
import type { Picture } from "../picture.ts";

/** The most samples along each axis of a pixel. */
const SAMPLES_MAX = 4;
/**
 * The most samples along an axis that are interpolated: with more, the mean of the nearest pixels
 * hardly differs from that of interpolated ones.
 */
const LINEAR_SAMPLES_MAX = 2;

/** The places along one axis at which a crop is sampled. */
interface Taps {
  /** The two pixels around each sample, -1 where it lies outside the picture. */
  readonly befores: Int32Array;
  readonly afters: Int32Array;
  /** The share of the second pixel in each sample. */
  readonly shares: Float64Array;
}

/**
 * Writes the grey of `square` of the picture, `side` x `side` pixels, each 0..255 times `scale`,
 * into `into`; the area outside the picture is black. Interpolates linearly and, if it shrinks,
 * takes the mean of up to 4 x 4 samples.
 */
export function cropGrey(
  picture: Picture,
  options: { square: Box; side: number; scale: number; into: Float32Array },
): void {
  const { square, side, scale, into } = options;
  invariant(into.length === side * side, "the tensor has the size of the crop");
  const samples = Math.min(Math.max(Math.ceil(square.width / side), 1), SAMPLES_MAX);
  const axis = { count: side * samples, isLinear: samples <= LINEAR_SAMPLES_MAX };
  const columns = makeTaps({ ...axis, start: square.x, length: square.width, limit: picture.width });
  const rows = makeTaps({ ...axis, start: square.y, length: square.height, limit: picture.height });
  const sampleRow = axis.isLinear ? sampleLinear : sampleNearest;
  const factor = scale / (samples * samples);
  const line = new Float32Array(axis.count);
  into.fill(0);
  for (let row = 0; row < axis.count; row++) {
    if (rows.befores[row] < 0) continue;
    sampleRow(picture, { columns, rows, row }, line);
    let to = Math.floor(row / samples) * side;
    for (let at = 0; at < line.length; to++) {
      let sum = 0;
      for (let sample = 0; sample < samples; sample++) sum += line[at++];
      into[to] += sum * factor;
    }
  }
}

function makeTaps(
  axis: { start: number; length: number; count: number; limit: number; isLinear: boolean },
): Taps {
  const { start, length, count, limit, isLinear } = axis;
  const befores = new Int32Array(count).fill(-1);
  const afters = new Int32Array(count);
  const shares = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const place = start + ((at + 0.5) * length) / count;
    if (!(place >= 0 && place < limit)) continue;
    const centre = isLinear ? Math.min(Math.max(place - 0.5, 0), limit - 1) : Math.floor(place);
    befores[at] = Math.floor(centre);
    afters[at] = Math.min(befores[at] + 1, limit - 1);
    shares[at] = centre - befores[at];
  }
  return { befores, afters, shares };
}

function sampleNearest(
  { width, data }: Picture,
  { columns, rows, row }: { columns: Taps; rows: Taps; row: number },
  line: Float32Array,
): void {
  const { befores } = columns;
  const start = rows.befores[row] * width;
  for (let at = 0; at < line.length; at++) {
    line[at] = befores[at] < 0 ? 0 : greyAt(data, start + befores[at]);
  }
}

function sampleLinear(
  { width, data }: Picture,
  { columns, rows, row }: { columns: Taps; rows: Taps; row: number },
  line: Float32Array,
): void {
  const { befores, afters, shares } = columns;
  const upper = rows.befores[row] * width;
  const lower = rows.afters[row] * width;
  const down = rows.shares[row];
  for (let at = 0; at < line.length; at++) {
    const left = befores[at];
    const right = afters[at];
    if (left < 0) {
      line[at] = 0;
      continue;
    }
    const top = mix(greyAt(data, upper + left), greyAt(data, upper + right), shares[at]);
    const bottom = mix(greyAt(data, lower + left), greyAt(data, lower + right), shares[at]);
    line[at] = mix(top, bottom, down);
  }
}

/** Returns the grey of a pixel, 0..255 (ITU-R BT.601). */
function greyAt(data: Uint8Array, pixel: number): number {
  const at = pixel * 3;
  return 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
}

function mix(one: number, other: number, share: number): number {
  return one + (other - one) * share;
}
