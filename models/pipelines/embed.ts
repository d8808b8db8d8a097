import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { floatsOf } from "../tensor.ts";
import { normalise } from "./faces/embed.ts";
import { MODEL_ROLE } from "./single_file_session.ts";
import { PictureModel } from "./picture_model.ts";
import type { PipelineFactory } from "./pipeline.ts";
import { roundedFloat } from "./rounded.ts";

/** Creates the pipeline that converts a picture to an embedding. */
export const createEmbedPipeline: PipelineFactory<"embed"> = ({ parameters }, sessions, { nowMs }) =>
  new PictureModel(sessions, {
    input: parameters.input,
    outputs: [parameters.output],
    nowMs,
    interpret: ({ outputs: [vector] }) => ({ embedding: embeddingOf(floatsOf(vector), parameters) }),
  });

/**
 * Converts a model file's vector to the embedding that users receive. Throws `model_invalid` if it
 * is too long, `engine_failed` if it is empty or contains a number that is not finite.
 */
function embeddingOf(vector: Float32Array, options: { normalise: boolean }): number[] {
  if (vector.length > LIMITS.embeddingNumbersMax) {
    throw new DmlError(
      "model_invalid",
      `The model file ${MODEL_ROLE} gives ${vector.length} numbers; an embedding has at most ${LIMITS.embeddingNumbersMax}.`,
      { advice: "Serve it as `tensor`, or name another output." },
    );
  }
  if (vector.length === 0 || !vector.every(Number.isFinite)) {
    throw new DmlError("engine_failed", `The model file ${MODEL_ROLE} did not return a vector of finite numbers.`);
  }
  return Array.from(options.normalise ? normalise(vector, MODEL_ROLE) : vector, roundedFloat);
}
