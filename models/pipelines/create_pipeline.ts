import type { Manifest } from "../manifest.ts";
import { createClassifyPipeline } from "./classify.ts";
import { createDetectPipeline } from "./detect/pipeline.ts";
import { createEmbedPipeline } from "./embed.ts";
import { createEmptyPipeline } from "./empty.ts";
import { createFacesPipeline } from "./faces/pipeline.ts";
import type { Layers, Pipeline, PipelineOptions } from "./pipeline.ts";
import { createTensorPipeline } from "./tensor.ts";

/** The pipeline that `manifest` asks for, over its loaded layers. Throws `recognizer_invalid` when they do not fit it. */
export function createPipeline(
  manifest: Manifest,
  layers: Layers,
  options: PipelineOptions,
): Pipeline {
  switch (manifest.pipeline) {
    case "faces":
      return createFacesPipeline(manifest, layers, options);
    case "classify":
      return createClassifyPipeline(manifest, layers, options);
    case "detect":
      return createDetectPipeline(manifest, layers, options);
    case "embed":
      return createEmbedPipeline(manifest, layers, options);
    case "tensor":
      return createTensorPipeline(manifest, layers, options);
    case "empty":
      return createEmptyPipeline(manifest, layers, options);
  }
}
