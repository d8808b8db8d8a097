import type { Pipeline, PipelineFactory } from "./pipeline.ts";

/** The pipeline that is given no picture and finds nobody. */
export const createEmptyPipeline: PipelineFactory<"empty"> = (): Pipeline => ({
  needsPicture: false,
  recognize: () => Promise.resolve({ persons: [], timings: { prepareMs: 0, inferMs: 0, interpretMs: 0 } }),
  warmUp: () => Promise.resolve(),
});
