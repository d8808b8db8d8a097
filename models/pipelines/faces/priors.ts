import type { Size } from "../../image/geometry/geometry.ts";

/**
 * Strides of the feature maps of UltraFace RFB, and the sides of the square boxes at each of their
 * cells, in pixels of the input
 * (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB).
 */
const FEATURE_MAPS: readonly { readonly stride: number; readonly sides: readonly number[] }[] = [
  { stride: 8, sides: [10, 16, 24] },
  { stride: 16, sides: [32, 48] },
  { stride: 32, sides: [64, 96] },
  { stride: 64, sides: [128, 192, 256] },
];
/** Factors of the regressions of a box's centre and of the logarithm of its sides. */
const CENTRE_VARIANCE = 0.1;
const SIZE_VARIANCE = 0.2;

/** The corners x1, y1, x2, y2 of a box in 0..1 of the input. */
export type Corners = readonly [left: number, top: number, right: number, bottom: number];

/** Returns the number of boxes that the detector predicts in an input of this size. */
export function priorCount(input: Size): number {
  return FEATURE_MAPS.reduce((sum, { stride, sides }) => {
    const { columns, rows } = cellsOf(input, stride);
    return sum + columns * rows * sides.length;
  }, 0);
}

/**
 * Returns the prior boxes of an input of this size, in the order of the detector's outputs: centre
 * x and y, width and height of each, in 0..1 of the input.
 */
export function priorsOf(input: Size): Float32Array {
  const priors = new Float32Array(priorCount(input) * 4);
  let at = 0;
  for (const { stride, sides } of FEATURE_MAPS) {
    const { columns, rows } = cellsOf(input, stride);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (const side of sides) {
          priors[at++] = (column + 0.5) / columns;
          priors[at++] = (row + 0.5) / rows;
          priors[at++] = Math.min(side / input.width, 1);
          priors[at++] = Math.min(side / input.height, 1);
        }
      }
    }
  }
  return priors;
}

/** Decodes box `index` from the detector's regressions, which are relative to the prior boxes. */
export function decodeBox(regressions: Float32Array, priors: Float32Array, index: number): Corners {
  const at = index * 4;
  const width = priors[at + 2] * Math.exp(regressions[at + 2] * SIZE_VARIANCE);
  const height = priors[at + 3] * Math.exp(regressions[at + 3] * SIZE_VARIANCE);
  const left = priors[at] + regressions[at] * CENTRE_VARIANCE * priors[at + 2] - width / 2;
  const top = priors[at + 1] + regressions[at + 1] * CENTRE_VARIANCE * priors[at + 3] - height / 2;
  return [left, top, left + width, top + height];
}

function cellsOf({ width, height }: Size, stride: number): { columns: number; rows: number } {
  return { columns: Math.ceil(width / stride), rows: Math.ceil(height / stride) };
}
