import type { FaceQuality } from "../../../protocol/messages/prediction.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Point } from "../../image/geometry/geometry.ts";
import { ALIGNED } from "./align.ts";

const { side, mean, scale } = ALIGNED;

/**
 * Meter of the quality of faces. One meter serves all faces, so that a face allocates no memory.
 */
export class QualityMeter {
  readonly #grey = new Float32Array(side * side);

  /**
   * Measures the face whose aligned pixels are `aligned` and whose landmarks in the picture begin
   * with the left and the right eye.
   */
  measure(aligned: Float32Array, [left, right]: readonly Point[]): FaceQuality {
    greyOf(aligned, this.#grey);
    return {
      eyeDistance: Math.min(Math.hypot(right.x - left.x, right.y - left.y), LIMITS.imageSideMax),
      sharpness: laplacianVariance(this.#grey),
    };
  }
}

/** Converts the embedder's input planes to grey values of 0..255 (ITU-R BT.601). */
function greyOf(aligned: Float32Array, grey: Float32Array): void {
  const plane = side * side;
  for (let at = 0; at < plane; at++) {
    grey[at] = (0.299 * aligned[at] + 0.587 * aligned[at + plane] + 0.114 * aligned[at + 2 * plane]) / scale + mean;
  }
}

/**
 * Returns the variance of the Laplacian over all pixels that have four neighbours; it is low if
 * nothing is sharp (Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, 2000).
 */
function laplacianVariance(grey: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < side - 1; y++) {
    for (let at = y * side + 1, end = at + side - 2; at < end; at++) {
      const value = grey[at - 1] + grey[at + 1] + grey[at - side] + grey[at + side] - 4 * grey[at];
      sum += value;
      squares += value * value;
    }
  }
  const count = (side - 2) ** 2;
  const average = sum / count;
  return Math.max(0, squares / count - average * average);
}
