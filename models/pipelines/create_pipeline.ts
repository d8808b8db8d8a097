import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Manifest } from "../manifest.ts";
import { createEmptyPipeline } from "./empty.ts";
import { createFacesPipeline } from "./faces.ts";
import type { Layers, Pipeline, PipelineOptions } from "./pipeline.ts";

/** The pipeline that `manifest` asks for, over its loaded layers. Throws `recognizer_invalid` when they do not fit it. */
export function createPipeline(
  manifest: Manifest,
  layers: Layers,
  options: PipelineOptions,
): Pipeline {
  switch (manifest.pipeline) {
    case "faces":
      return createFacesPipeline(manifest, layers, options);
    case "empty":
      return createEmptyPipeline(manifest, layers, options);
    default:
      throw new DmlError("recognizer_invalid", `There is no pipeline ${manifest.pipeline} here.`);
  }
}
