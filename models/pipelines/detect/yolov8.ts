import type { DetectFamily } from "../../manifest/detect.ts";
import { floatsOf, type Tensor } from "../../tensor.ts";
import { sigmoid } from "../activation.ts";
import { checkClassCount } from "../classes.ts";
import { boxOf, type Candidate, shapeError, trimmedDims } from "./candidate.ts";

/** Numbers of a box, which precede the class scores. */
const HEAD = 4;

/**
 * Decodes the output of YOLOv8 and later (https://github.com/ultralytics/ultralytics): one column
 * per box, one row per coordinate or class.
 */
export function decodeYolov8([output]: readonly Tensor[], parameters: DetectFamily<"yolov8">): Candidate[] {
  const [length, count = 0, ...more] = trimmedDims(output, 2);
  const { labels, scoreMin, activation } = parameters;
  const isFitting = labels.length === 0 || length === HEAD + labels.length;
  if (more.length > 0 || length <= HEAD || !isFitting) {
    const wanted = `1x(4 + classes)xN${labels.length > 0 ? `, here 1x${HEAD + labels.length}xN` : ""}`;
    throw shapeError(output, { output: parameters.output, decode: "yolov8", wanted });
  }
  checkClassCount(length - HEAD, labels);
  const numbers = floatsOf(output);
  const { scores, indices } = bestOfColumns(numbers, { length, count });
  const candidates: Candidate[] = [];
  for (let column = 0; column < count; column++) {
    const score = activation === "sigmoid" ? sigmoid(scores[column]) : scores[column];
    if (!(score >= scoreMin)) continue;
    const box = boxOf([
      numbers[column],
      numbers[column + count],
      numbers[column + 2 * count],
      numbers[column + 3 * count],
    ], parameters);
    candidates.push({ box, index: indices[column], score });
  }
  return candidates;
}

/**
 * Returns the best class of each column; goes row by row, in the order of the numbers in memory.
 */
function bestOfColumns(
  numbers: Float32Array,
  { length, count }: { length: number; count: number },
): { scores: Float32Array; indices: Uint32Array } {
  const scores = numbers.slice(HEAD * count, (HEAD + 1) * count);
  const indices = new Uint32Array(count);
  for (let row = HEAD + 1, at = row * count; row < length; row++) {
    for (let column = 0; column < count; column++, at++) {
      if (!(numbers[at] > scores[column])) continue;
      scores[column] = numbers[at];
      indices[column] = row - HEAD;
    }
  }
  return { scores, indices };
}
