import type { Pipeline, PipelineFactory } from "./pipeline.ts";

/** Creates the pipeline that takes no picture and finds no one. */
export const createEmptyPipeline: PipelineFactory<"empty"> = (): Pipeline => ({
  needsPicture: false,
  recognise: () => Promise.resolve({ persons: [], timings: { prepareMs: 0, inferMs: 0, interpretMs: 0 } }),
  warmUp: () => Promise.resolve(),
});
