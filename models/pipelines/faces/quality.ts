import type { FaceQuality } from "../../../protocol/messages/prediction.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Point } from "../../image/geometry/geometry.ts";
import { ALIGNED, type AlignedForm } from "./align.ts";

/**
 * Meter of the quality of faces. One meter serves all faces, so that a face allocates no memory.
 */
export class QualityMeter {
  readonly #form: AlignedForm;
  readonly #grey: Float32Array;

  constructor(form: AlignedForm = ALIGNED) {
    this.#form = form;
    this.#grey = new Float32Array(form.side * form.side);
  }

  /**
   * Measures the face whose aligned pixels are `aligned` and whose landmarks in the picture begin
   * with the left and the right eye.
   */
  measure(aligned: Float32Array, [left, right]: readonly Point[]): FaceQuality {
    greyOf(aligned, { form: this.#form, grey: this.#grey });
    return {
      eyeDistance: Math.min(Math.hypot(right.x - left.x, right.y - left.y), LIMITS.imageSideMax),
      sharpness: laplacianVariance(this.#grey, this.#form.side),
    };
  }
}

/** Converts the embedder's input planes to grey values of 0..255 (ITU-R BT.601). */
function greyOf(
  aligned: Float32Array,
  { form: { channels, mean, scale }, grey }: { form: AlignedForm; grey: Float32Array },
): void {
  const plane = grey.length;
  const [red, blue] = channels === "RGB" ? [0, 2 * plane] : [2 * plane, 0];
  for (let at = 0; at < plane; at++) {
    grey[at] = (0.299 * aligned[at + red] + 0.587 * aligned[at + plane] + 0.114 * aligned[at + blue]) / scale + mean;
  }
}

/**
 * Returns the variance of the Laplacian over all pixels that have four neighbours; it is low if
 * nothing is sharp (Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, 2000).
 */
function laplacianVariance(grey: Float32Array, side: number): number {
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
