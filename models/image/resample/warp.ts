import { invariant } from "../../../protocol/kernel/invariant.ts";
import { KERNEL_MEMORY_START } from "../../kernels/memory.ts";
import { ONE, SAMPLE_DOWN_SHIFT, SAMPLE_WORDS } from "../../kernels/warp_units.ts";
import type { Box } from "../geometry/geometry.ts";
import type { Picture } from "../picture.ts";
import { invertSimilarity, type Similarity, transformPoint } from "../geometry/similarity.ts";
import { READ_BYTES, SUM_WORDS, WARP_KERNEL } from "./warp_kernel.ts";

/** Samples on each axis of a pixel at most. */
const SAMPLES_MAX = 4;
/** Pixels from one sample to the next at most: linear interpolation looks at two of them. */
const SAMPLE_DISTANCE = 1.5;
/** A part of the square whose pixels come from more of the picture than this is cut up. */
const REGION_BYTES_MAX = 1024 * 1024;
/**
 * A sample may lie outside the corners of its part by what is rounded, and its neighbours by a
 * pixel.
 */
const MARGIN = 2;

/** A square to be written, and the picture it is taken from. */
interface Warping {
  readonly picture: Picture;
  readonly side: number;
  /** The way from the square to the picture. */
  readonly back: Similarity;
  /** The samples of one pixel on each axis. */
  readonly samples: number;
  readonly factor: number;
  readonly shift: number;
  readonly into: Float32Array;
}

/** A part of a picture, copied to where the kernel can read it. */
interface Region extends Box {
  /** The address of its first pixel. */
  readonly at: number;
  /** The bytes from one row to the next. */
  readonly stride: number;
}

/**
 * Writes the square of `side` x `side` pixels that `transform` brings the picture's pixels into,
 * into `into`: all of R, then G, then B, each `(sample - mean) * scale`. Interpolates linearly and,
 * where it shrinks, takes the mean of up to 4 x 4 samples; beyond its border the picture goes on
 * with the pixels there.
 */
export function warp(
  picture: Picture,
  options: { side: number; transform: Similarity; mean: number; scale: number; into: Float32Array },
): void {
  const { side, mean, scale, into } = options;
  invariant(into.length === side * side * 3, "the tensor has the size of the square");
  const back = invertSimilarity(options.transform);
  const ratio = Math.hypot(back.a, back.b);
  const samples = Math.min(Math.max(Math.ceil(ratio / SAMPLE_DISTANCE), 1), SAMPLES_MAX);
  const factor = scale / (samples * samples * ONE * ONE);
  const shift = -mean * scale;
  warpPart({ picture, side, back, samples, factor, shift, into }, { x: 0, y: 0, width: side, height: side });
}

function warpPart(warping: Warping, part: Box): void {
  const { picture, samples } = warping;
  const source = sourceOf(warping, part);
  const isOnePixel = part.width === 1 && part.height === 1;
  if (source.width * source.height * 3 > REGION_BYTES_MAX && !isOnePixel) {
    for (const half of halvesOf(part)) warpPart(warping, half);
    return;
  }
  const sumsAt = KERNEL_MEMORY_START;
  const samplesAt = sumsAt + part.width * SUM_WORDS * 4;
  const at = samplesAt + part.width * samples * samples * SAMPLE_WORDS * 4;
  const stride = source.width * 3;
  const { memory: { buffer }, functions } = WARP_KERNEL.open(at + (source.height + 1) * stride + READ_BYTES);
  const region = { ...source, at, stride };
  copyRegion(picture, region, new Uint8Array(buffer, at));
  const places = new Int32Array(buffer, samplesAt, (at - samplesAt) / 4);
  const sums = new Int32Array(buffer, sumsAt, part.width * SUM_WORDS);
  for (let y = part.y; y < part.y + part.height; y++) {
    placeSamples(warping, { part, y, region }, places);
    functions.sumSamples(samplesAt, samples * samples, stride, sumsAt, part.width);
    writeRow(warping, { part, y }, sums);
  }
}

/** Returns the smallest part of the picture that has all pixels of a part of the square. */
function sourceOf({ picture, back }: Warping, { x, y, width, height }: Box): Box {
  const corners = [[x, y], [x + width, y], [x, y + height], [x + width, y + height]].map(([x, y]) =>
    transformPoint({ x, y }, back)
  );
  const span = (places: readonly number[], count: number) => {
    const clamped = (place: number) => Math.min(Math.max(Math.floor(place), 0), count - 1);
    const first = clamped(Math.min(...places) - MARGIN);
    return { first, count: clamped(Math.max(...places) + MARGIN) - first + 1 };
  };
  const columns = span(corners.map(({ x }) => x), picture.width);
  const rows = span(corners.map(({ y }) => y), picture.height);
  return { x: columns.first, y: rows.first, width: columns.count, height: rows.count };
}

/** Cuts a part in two across its longer side. */
function halvesOf({ x, y, width, height }: Box): Box[] {
  if (width > height) {
    const left = width >> 1;
    return [{ x, y, width: left, height }, { x: x + left, y, width: width - left, height }];
  }
  const upper = height >> 1;
  return [{ x, y, width, height: upper }, { x, y: y + upper, width, height: height - upper }];
}

function copyRegion({ width, data }: Picture, { x, y, height, stride }: Region, target: Uint8Array): void {
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * width + x) * 3;
    target.set(data.subarray(from, from + stride), row * stride);
  }
}

/** Writes where the samples of a row of the part lie. */
function placeSamples(
  { picture, back, samples }: Warping,
  { part, y, region }: { part: Box; y: number; region: Region },
  places: Int32Array,
): void {
  const step = 1 / samples;
  const rightmost = (picture.width - 1) * ONE;
  const lowest = (picture.height - 1) * ONE;
  const start = region.at - region.y * region.stride - region.x * 3;
  const { stride } = region;
  let to = 0;
  for (let x = part.x; x < part.x + part.width; x++) {
    for (let row = 0; row < samples; row++) {
      const squareX = x + 0.5 * step;
      const squareY = y + (row + 0.5) * step;
      // From edges, which coordinates count from, to the centres of pixels, which are interpolated
      // between.
      let placeX = (back.a * squareX - back.b * squareY + back.shiftX - 0.5) * ONE;
      let placeY = (back.b * squareX + back.a * squareY + back.shiftY - 0.5) * ONE;
      for (let column = 0; column < samples; column++) {
        const fixedX = (placeX < 0 ? 0 : placeX > rightmost ? rightmost : placeX) | 0;
        const fixedY = (placeY < 0 ? 0 : placeY > lowest ? lowest : placeY) | 0;
        places[to++] = start + (fixedY >> 8) * stride + (fixedX >> 8) * 3;
        places[to++] = (fixedX & 255) | ((fixedY & 255) << SAMPLE_DOWN_SHIFT);
        placeX += back.a * step * ONE;
        placeY += back.b * step * ONE;
      }
    }
  }
}

function writeRow(
  { side, factor, shift, into }: Warping,
  { part, y }: { part: Box; y: number },
  sums: Int32Array,
): void {
  const plane = side * side;
  for (let from = 0, to = y * side + part.x; from < sums.length; from += SUM_WORDS, to++) {
    into[to] = sums[from] * factor + shift;
    into[to + plane] = sums[from + 1] * factor + shift;
    into[to + 2 * plane] = sums[from + 2] * factor + shift;
  }
}
