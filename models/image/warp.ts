import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Picture } from "./picture.ts";
import { invertSimilarity, type Similarity } from "./similarity.ts";

/** Samples on each axis of a pixel at most. */
const SAMPLES_MAX = 4;
/** Pixels from one sample to the next at most: linear interpolation looks at two of them. */
const SAMPLE_DISTANCE = 1.5;

/** Places in the picture and weights of neighbours are whole numbers of 1/256. */
const ONE = 256;

/**
 * Writes the square of `side` x `side` pixels that `transform` brings the picture's pixels into, into `into`: all of R,
 * then G, then B, each `(sample - mean) * scale`. Interpolates linearly and, where it shrinks, takes the mean of up to
 * 4 x 4 samples; beyond its border the picture goes on with the pixels there.
 */
export function warp(
  picture: Picture,
  options: { side: number; transform: Similarity; mean: number; scale: number; into: Float32Array },
): void {
  const { side, mean, scale, into } = options;
  const plane = side * side;
  invariant(into.length === plane * 3, "the tensor has the size of the square");
  const back = invertSimilarity(options.transform);
  const ratio = Math.hypot(back.a, back.b);
  const samples = Math.min(Math.max(Math.ceil(ratio / SAMPLE_DISTANCE), 1), SAMPLES_MAX);
  const factor = scale / (samples * samples * ONE * ONE);
  const shift = -mean * scale;
  const sums = new Int32Array(3);
  for (let y = 0, to = 0; y < side; y++) {
    for (let x = 0; x < side; x++, to++) {
      sumSamples(picture, { x, y, back, samples }, sums);
      into[to] = sums[0] * factor + shift;
      into[to + plane] = sums[1] * factor + shift;
      into[to + 2 * plane] = sums[2] * factor + shift;
    }
  }
}

/** Sums R, G and B of the samples of one pixel of the square, each times 256 x 256. */
function sumSamples(
  { width, height, data }: Picture,
  pixel: { x: number; y: number; back: Similarity; samples: number },
  sums: Int32Array,
): void {
  const { x, y, back, samples } = pixel;
  const step = 1 / samples;
  const rightmost = (width - 1) * ONE;
  const lowest = (height - 1) * ONE;
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let row = 0; row < samples; row++) {
    const squareX = x + 0.5 * step;
    const squareY = y + (row + 0.5) * step;
    // From edges, which coordinates count from, to the centres of pixels, which are interpolated between.
    let placeX = (back.a * squareX - back.b * squareY + back.shiftX - 0.5) * ONE;
    let placeY = (back.b * squareX + back.a * squareY + back.shiftY - 0.5) * ONE;
    for (let column = 0; column < samples; column++) {
      const fixedX = (placeX < 0 ? 0 : placeX > rightmost ? rightmost : placeX) | 0;
      const fixedY = (placeY < 0 ? 0 : placeY > lowest ? lowest : placeY) | 0;
      const shareX = fixedX & 255;
      const shareY = fixedY & 255;
      const upperLeft = ((fixedY >> 8) * width + (fixedX >> 8)) * 3;
      const upperRight = upperLeft + (shareX === 0 ? 0 : 3);
      const down = shareY === 0 ? 0 : width * 3;
      const lowerLeft = upperLeft + down;
      const lowerRight = upperRight + down;
      const weight4 = shareX * shareY;
      const weight3 = (shareY << 8) - weight4;
      const weight2 = (shareX << 8) - weight4;
      const weight1 = ONE * ONE - (shareX << 8) - weight3;
      red += data[upperLeft] * weight1 + data[upperRight] * weight2 +
        data[lowerLeft] * weight3 + data[lowerRight] * weight4;
      green += data[upperLeft + 1] * weight1 + data[upperRight + 1] * weight2 +
        data[lowerLeft + 1] * weight3 + data[lowerRight + 1] * weight4;
      blue += data[upperLeft + 2] * weight1 + data[upperRight + 2] * weight2 +
        data[lowerLeft + 2] * weight3 + data[lowerRight + 2] * weight4;
      placeX += back.a * step * ONE;
      placeY += back.b * step * ONE;
    }
  }
  sums[0] = red;
  sums[1] = green;
  sums[2] = blue;
}
