import type { DetectFamily } from "../../manifest/detect.ts";
import { floatsOf, type Tensor } from "../../tensor.ts";
import { applyActivation, sigmoid } from "../activation.ts";
import { checkClassCount } from "../classes.ts";
import { boxOf, type Candidate, shapeError, trimmedDims } from "./candidate.ts";

/** Best class of one box. */
interface Best {
  readonly index: number;
  readonly score: number;
}

/**
 * Decodes the outputs of SSD and of other models whose boxes are already decoded. Beside the boxes
 * there are either one score per class, or one score and the class.
 */
export function decodeSsd(outputs: readonly Tensor[], parameters: DetectFamily<"ssd">): Candidate[] {
  const [boxes, scores, classes] = outputs;
  const [count, four = 0, ...more] = trimmedDims(boxes, 2);
  if (four !== 4 || more.length > 0) {
    throw shapeError(boxes, { output: parameters.boxes, decode: "ssd", wanted: "1xNx4" });
  }
  const corners = floatsOf(boxes);
  const bestOf = classes === undefined
    ? bestOfClasses(scores, { count, parameters })
    : classGiven(scores, { classes, count, parameters });
  const candidates: Candidate[] = [];
  for (let at = 0; at < count; at++) {
    const best = bestOf(at);
    if (best === null || !(best.score >= parameters.scoreMin)) continue;
    const start = at * 4;
    const box = boxOf([corners[start], corners[start + 1], corners[start + 2], corners[start + 3]], parameters);
    candidates.push({ box, ...best });
  }
  return candidates;
}

function bestOfClasses(
  scores: Tensor,
  { count, parameters }: { count: number; parameters: DetectFamily<"ssd"> },
): (at: number) => Best | null {
  const numbers = floatsOf(scores);
  const classCount = count === 0 ? 0 : numbers.length / count;
  if (!Number.isInteger(classCount)) {
    throw shapeError(scores, { output: parameters.scores, decode: "ssd", wanted: `1x${count}xC` });
  }
  if (count > 0) checkClassCount(classCount, parameters.labels);
  return (at) => {
    const activatedScores = applyActivation(
      numbers.subarray(at * classCount, (at + 1) * classCount),
      parameters.activation,
    );
    let index = -1;
    for (let candidate = 0; candidate < classCount; candidate++) {
      if (candidate === parameters.background) continue;
      if (index < 0 || activatedScores[candidate] > activatedScores[index]) index = candidate;
    }
    return index < 0 ? null : { index, score: activatedScores[index] };
  };
}

function classGiven(
  scores: Tensor,
  { classes, count, parameters }: { classes: Tensor; count: number; parameters: DetectFamily<"ssd"> },
): (at: number) => Best | null {
  const numbers = floatsOf(scores);
  const names = floatsOf(classes);
  const wanted = `1x${count} beside boxes of 1x${count}x4`;
  if (numbers.length !== count) throw shapeError(scores, { output: parameters.scores, decode: "ssd", wanted });
  if (names.length !== count) {
    throw shapeError(classes, { output: parameters.classes ?? "", decode: "ssd", wanted });
  }
  const { firstClass, background, activation } = parameters;
  return (at) => {
    const index = Math.round(names[at]) - firstClass;
    if (!(index >= 0) || index === background) return null;
    return { index, score: activation === "sigmoid" ? sigmoid(numbers[at]) : numbers[at] };
  };
}
