import type { DecodeOptions, DetectorFamily, DetectorOutputs } from "./detector_family.ts";
import { cellsOf, fivePointsOf, gridOf, partByShape } from "./detector_family.ts";
import type { FaceCandidate } from "./face_detector.ts";

const NAME = "scrfd";
const STRIDES = [8, 16, 32] as const;
const ANCHORS_PER_CELL = 2;

/**
 * SCRFD of InsightFace (https://github.com/deepinsight/insightface,
 * python-package/insightface/model_zoo/scrfd.py).
 * Each cell of a grid has two boxes, both around its upper left corner: a score; the distances of
 * the left, upper, right and lower side from the corner; five points relative to the corner. All
 * distances are in units of the stride. Outputs are told apart by their shape.
 */
export const SCRFD: DetectorFamily = {
  name: NAME,
  samples: { channels: "RGB", scale: 1, mean: [127.5], std: [128] },
  decode: (outputs, options) => STRIDES.flatMap((stride) => decodeGrid(outputs, { ...options, stride })),
};

function decodeGrid(outputs: DetectorOutputs, options: DecodeOptions & { stride: number }): FaceCandidate[] {
  const { stride, frame, scoreMin, hasPoints } = options;
  const grid = gridOf(frame, stride);
  const rows = grid.rows * grid.columns * ANCHORS_PER_CELL;
  const part = (columns: number, what: string) =>
    partByShape(outputs, { rows, columns, meaning: `${what} of stride ${stride}`, family: NAME, frame });
  const scores = part(1, "scores");
  const distances = part(4, "boxes");
  const points = hasPoints ? part(10, "points") : null;
  const candidates: FaceCandidate[] = [];
  for (const { row, column, at: cell } of cellsOf(grid)) {
    const [cornerX, cornerY] = [column * stride, row * stride];
    for (let at = cell * ANCHORS_PER_CELL; at < (cell + 1) * ANCHORS_PER_CELL; at++) {
      if (!(scores[at] >= scoreMin)) continue;
      const [left, top, right, bottom] = distances.subarray(at * 4, at * 4 + 4);
      candidates.push({
        box: {
          x: cornerX - left * stride,
          y: cornerY - top * stride,
          width: (left + right) * stride,
          height: (top + bottom) * stride,
        },
        score: Math.min(scores[at], 1),
        points: points &&
          fivePointsOf((index) => points[at * 10 + index] * stride + (index % 2 === 0 ? cornerX : cornerY)),
      });
    }
  }
  return candidates;
}
