import type { DetectorFamily } from "./detector_family.ts";
import { cellsOf, fivePointsOf, gridOf, partByShape } from "./detector_family.ts";
import type { FaceCandidate } from "./face_detector.ts";

const NAME = "retinaface";
/**
 * The grids, one after the other in each output, with the sides of the prior boxes of each cell.
 */
const GRIDS = [
  { stride: 8, priorSides: [16, 32] },
  { stride: 16, priorSides: [64, 128] },
  { stride: 32, priorSides: [256, 512] },
] as const;
const PRIORS_PER_CELL = 2;
const CENTRE_VARIANCE = 0.1;
const SIZE_VARIANCE = 0.2;

/**
 * RetinaFace as exported by https://github.com/biubug6/Pytorch_Retinaface
 * (layers/functions/prior_box.py, utils/box_utils.py). Each cell of a grid has two square priors
 * around its centre. For each prior: the box, as the shift of the centre and the logarithms of
 * width and height; the probabilities of background and face; five points, as shifts. Shifts are in
 * units of 0.1 prior sides, logarithms in units of 0.2. Outputs are told apart by their shape.
 */
export const RETINAFACE: DetectorFamily = {
  name: NAME,
  samples: { channels: "BGR", scale: 1, mean: [104, 117, 123], std: [1] },
  decode(outputs, { frame, scoreMin, hasPoints }) {
    const grids = GRIDS.map((grid) => ({ ...grid, ...gridOf(frame, grid.stride) }));
    const rows = grids.reduce((sum, grid) => sum + grid.rows * grid.columns * PRIORS_PER_CELL, 0);
    const part = (columns: number, meaning: string) =>
      partByShape(outputs, { rows, columns, meaning, family: NAME, frame });
    const boxes = part(4, "boxes");
    const scores = part(2, "scores of background and face");
    const points = hasPoints ? part(10, "points") : null;
    const candidates: FaceCandidate[] = [];
    let at = 0;
    for (const grid of grids) {
      for (const cell of cellsOf(grid)) {
        const centre = { x: (cell.column + 0.5) * grid.stride, y: (cell.row + 0.5) * grid.stride };
        for (const side of grid.priorSides) {
          const face = { at: at++, side, centre, boxes, points };
          const score = scores[face.at * 2 + 1];
          if (score >= scoreMin) candidates.push({ ...decodePrior(face), score: Math.min(score, 1) });
        }
      }
    }
    return candidates;
  },
};

function decodePrior(
  { at, side, centre, boxes, points }: {
    at: number;
    side: number;
    centre: { x: number; y: number };
    boxes: Float32Array;
    points: Float32Array | null;
  },
): Pick<FaceCandidate, "box" | "points"> {
  const [x, y, logWidth, logHeight] = boxes.subarray(at * 4, at * 4 + 4);
  const shift = CENTRE_VARIANCE * side;
  const width = side * Math.exp(logWidth * SIZE_VARIANCE);
  const height = side * Math.exp(logHeight * SIZE_VARIANCE);
  return {
    box: { x: centre.x + x * shift - width / 2, y: centre.y + y * shift - height / 2, width, height },
    points: points &&
      fivePointsOf((index) => (index % 2 === 0 ? centre.x : centre.y) + points[at * 10 + index] * shift),
  };
}
