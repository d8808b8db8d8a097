import type { DecodeOptions, DetectorFamily, DetectorOutputs } from "./detector_family.ts";
import { cellsOf, fivePointsOf, gridOf, partByName } from "./detector_family.ts";
import type { FaceCandidate } from "./face_detector.ts";

const NAME = "yunet";
const STRIDES = [8, 16, 32] as const;

/**
 * YuNet of OpenCV
 * (https://github.com/opencv/opencv/blob/4.x/modules/objdetect/src/face_detect.cpp). Each cell of a
 * grid has one box: `cls_S` and `obj_S`, whose geometric mean is the score; `bbox_S`, the centre
 * relative to the cell and the logarithms of width and height; `kps_S`, five points relative to the
 * cell. All are in units of the stride S.
 */
export const YUNET: DetectorFamily = {
  name: NAME,
  samples: { channels: "BGR", scale: 1, mean: [0], std: [1] },
  decode: (outputs, options) => STRIDES.flatMap((stride) => decodeGrid(outputs, { ...options, stride })),
};

function decodeGrid(outputs: DetectorOutputs, options: DecodeOptions & { stride: number }): FaceCandidate[] {
  const { stride, frame, scoreMin, hasPoints } = options;
  const grid = gridOf(frame, stride);
  const part = (output: string, columns: number, meaning: string) =>
    partByName(outputs, {
      name: `${output}_${stride}`,
      rows: grid.rows * grid.columns,
      columns,
      meaning,
      family: NAME,
      frame,
    });
  const classes = part("cls", 1, "class scores");
  const objects = part("obj", 1, "objectness");
  const boxes = part("bbox", 4, "boxes");
  const points = hasPoints ? part("kps", 10, "points") : null;
  const candidates: FaceCandidate[] = [];
  for (const { row, column, at } of cellsOf(grid)) {
    const score = Math.sqrt(clamp(classes[at]) * clamp(objects[at]));
    if (!(score >= scoreMin)) continue;
    const [x, y, logWidth, logHeight] = boxes.subarray(at * 4, at * 4 + 4);
    const width = Math.exp(logWidth) * stride;
    const height = Math.exp(logHeight) * stride;
    candidates.push({
      box: { x: (column + x) * stride - width / 2, y: (row + y) * stride - height / 2, width, height },
      score,
      points: points &&
        fivePointsOf((index) => (points[at * 10 + index] + (index % 2 === 0 ? column : row)) * stride),
    });
  }
  return candidates;
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
