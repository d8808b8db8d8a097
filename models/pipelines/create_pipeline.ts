import type { Manifest } from "../manifest.ts";
import { createClassifyPipeline } from "./classify.ts";
import { createDetectPipeline } from "./detect/pipeline.ts";
import { createEmbedPipeline } from "./embed.ts";
import { createEmptyPipeline } from "./empty.ts";
import { createFacesPipeline } from "./faces/pipeline.ts";
import type { ModelSessions, Pipeline, PipelineOptions } from "./pipeline.ts";
import { createTensorPipeline } from "./tensor.ts";

/**
 * Creates the pipeline of `manifest` from its loaded model files. Throws `model_invalid` if these
 * do not fit it.
 */
export function createPipeline(
  manifest: Manifest,
  sessions: ModelSessions,
  options: PipelineOptions,
): Pipeline {
  switch (manifest.pipeline) {
    case "faces":
      return createFacesPipeline(manifest, sessions, options);
    case "classify":
      return createClassifyPipeline(manifest, sessions, options);
    case "detect":
      return createDetectPipeline(manifest, sessions, options);
    case "embed":
      return createEmbedPipeline(manifest, sessions, options);
    case "tensor":
      return createTensorPipeline(manifest, sessions, options);
    case "empty":
      return createEmptyPipeline(manifest, sessions, options);
  }
}
