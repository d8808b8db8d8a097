import { DmlError } from "../../protocol/kernel/errors.ts";
import type { FoundClass } from "../../protocol/messages/finding.ts";
import type { ClassifyParameters } from "../manifest/classify.ts";
import { floatsOf } from "../tensor.ts";
import { applyActivation } from "./activation.ts";
import { checkClassCount, labelOfClass } from "./classes.ts";
import { PictureModel } from "./picture_model.ts";
import type { PipelineFactory } from "./pipeline.ts";
import { rounded, roundedFloat } from "./rounded.ts";

const SCORE_DECIMALS = 6;

/** Creates the pipeline that classifies a picture as a whole. */
export const createClassifyPipeline: PipelineFactory<"classify"> = ({ parameters }, sessions, { nowMs }) =>
  new PictureModel(sessions, {
    input: parameters.input,
    outputs: [parameters.output],
    nowMs,
    interpret: ({ outputs: [scores] }) => ({ labels: bestClasses(floatsOf(scores), parameters) }),
  });

/**
 * Returns the best classes of a model file's scores, best first, equal ones in the model file's
 * order. Throws `model_invalid` if the number of scores does not go with the labels,
 * `engine_failed` if a score is not a finite number.
 */
export function bestClasses(
  scores: Float32Array,
  parameters: Pick<ClassifyParameters, "activation" | "topK" | "scoreMin" | "labels">,
): FoundClass[] {
  const { activation, topK, scoreMin, labels } = parameters;
  checkClassCount(scores.length, labels);
  const activatedScores = applyActivation(scores, activation);
  if (!activatedScores.every(Number.isFinite)) {
    throw new DmlError("engine_failed", "The model returned scores that are not finite numbers.");
  }
  const indices: number[] = [];
  for (let index = 0; index < activatedScores.length; index++) {
    if (activatedScores[index] >= scoreMin) indices.push(index);
  }
  indices.sort((one, other) => activatedScores[other] - activatedScores[one] || one - other);
  const digits = activation === "none" ? roundedFloat : (score: number) => rounded(score, SCORE_DECIMALS);
  return indices.slice(0, topK).map((index) => ({
    label: labelOfClass(labels, index),
    index,
    score: digits(activatedScores[index]),
  }));
}
