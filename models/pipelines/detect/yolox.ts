import type { DetectFamily } from "../../manifest/detect.ts";
import type { Tensor } from "../../tensor.ts";
import { type Candidate, shapeError } from "./candidate.ts";
import { bestOfRow, type YoloRows, yoloRows } from "./yolov5.ts";

/**
 * Decodes the output of YOLOX (https://github.com/Megvii-BaseDetection/YOLOX): one row per cell of
 * each stride's grid, with a box relative to the cell. Exports that already decode their boxes are
 * read by `yolov5`.
 */
export function decodeYolox([output]: readonly Tensor[], parameters: DetectFamily<"yolox">): Candidate[] {
  const { input, strides } = parameters;
  const all = yoloRows(output, parameters);
  const grids = strides.map((stride) => ({
    stride,
    columns: Math.floor(input.width / stride),
    rows: Math.floor(input.height / stride),
  }));
  const cells = grids.reduce((sum, { columns, rows }) => sum + columns * rows, 0);
  if (cells !== all.count) {
    const wanted = `1x${cells}x(5 + classes) for the strides ${strides.join(", ")} of ${input.width}x${input.height}`;
    throw shapeError(output, { output: parameters.output, decode: "yolox", wanted });
  }
  const candidates: Candidate[] = [];
  let start = 0;
  for (const { stride, columns, rows } of grids) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, start += all.length) {
        const best = bestOfRow(all, { ...parameters, start });
        if (best !== null) candidates.push({ box: boxOfCell(all, { start, x, y, stride }), ...best });
      }
    }
  }
  return candidates;
}

function boxOfCell(
  { rows }: YoloRows,
  { start, x, y, stride }: { start: number; x: number; y: number; stride: number },
): Candidate["box"] {
  const width = Math.exp(rows[start + 2]) * stride;
  const height = Math.exp(rows[start + 3]) * stride;
  return {
    x: (rows[start] + x) * stride - width / 2,
    y: (rows[start + 1] + y) * stride - height / 2,
    width,
    height,
  };
}
