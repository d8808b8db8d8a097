import type { DetectFamily } from "../../manifest/detect.ts";
import { floatsOf, type Tensor } from "../../tensor.ts";
import { sigmoid } from "../activation.ts";
import { checkClassCount } from "../classes.ts";
import { boxOf, type Candidate, shapeError, trimmedDims } from "./candidate.ts";

/** Numbers of a row before its class scores: the box and the objectness. */
const YOLO_HEAD = 5;

/** Rows of an output whose shape was checked to be [1, N, 5 + C]. */
export interface YoloRows {
  readonly rows: Float32Array;
  readonly count: number;
  /** Numbers per row. */
  readonly length: number;
}

/**
 * Returns the rows of `output`. Throws `model_invalid` if it does not have the shape [1, N, 5 + C].
 */
export function yoloRows(
  output: Tensor,
  parameters: DetectFamily<"yolov5"> | DetectFamily<"yolox">,
): YoloRows {
  const [count, length = 0, ...more] = trimmedDims(output, 2);
  const { decode, labels } = parameters;
  const isFitting = labels.length === 0 || length === YOLO_HEAD + labels.length;
  if (more.length > 0 || length <= YOLO_HEAD || !isFitting) {
    const wanted = `1xNx(5 + classes)${labels.length > 0 ? `, here 1xNx${YOLO_HEAD + labels.length}` : ""}`;
    throw shapeError(output, { output: parameters.output, decode, wanted });
  }
  checkClassCount(length - YOLO_HEAD, labels);
  return { rows: floatsOf(output), count, length };
}

/**
 * Returns the best class of the row that begins at `start`, with its score times the objectness;
 * null if that is less than `scoreMin`.
 */
export function bestOfRow(
  { rows, length }: YoloRows,
  options: { start: number; scoreMin: number; activation: "none" | "sigmoid" },
): { index: number; score: number } | null {
  const { start, scoreMin, activation } = options;
  const objectness = activation === "sigmoid" ? sigmoid(rows[start + 4]) : rows[start + 4];
  // A class score cannot raise it, and most rows contain no object.
  if (!(objectness >= scoreMin)) return null;
  let best = start + YOLO_HEAD;
  for (let at = best + 1; at < start + length; at++) if (rows[at] > rows[best]) best = at;
  const score = objectness * (activation === "sigmoid" ? sigmoid(rows[best]) : rows[best]);
  return score >= scoreMin ? { index: best - start - YOLO_HEAD, score } : null;
}

/**
 * Decodes the output of YOLOv5 (https://github.com/ultralytics/yolov5): boxes that are already
 * decoded, objectness, one score per class.
 */
export function decodeYolov5([output]: readonly Tensor[], parameters: DetectFamily<"yolov5">): Candidate[] {
  const all = yoloRows(output, parameters);
  const { rows, count, length } = all;
  const candidates: Candidate[] = [];
  for (let row = 0, start = 0; row < count; row++, start += length) {
    const best = bestOfRow(all, { ...parameters, start });
    if (best === null) continue;
    const box = boxOf([rows[start], rows[start + 1], rows[start + 2], rows[start + 3]], parameters);
    candidates.push({ box, ...best });
  }
  return candidates;
}
