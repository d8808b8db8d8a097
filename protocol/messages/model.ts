import { LIMITS } from "../kernel/limits.ts";
import { byteCountSchema, digestSchema, durationMsSchema, type Infer, modelNameSchema, z } from "../schema.ts";
import { blobReferenceSchema } from "./task.ts";

/** Sets of ONNX operators with a version each. */
export const operatorSetsSchema = z.array(z.strictObject({
  domain: z.string().min(1).max(256),
  version: z.number().int().min(0).max(1_000_000),
})).max(LIMITS.operatorSetsMax);

/** Requirements of a model on the node that runs it. */
export const requirementsSchema = z.strictObject({
  /** `wasm` is onnxruntime-web; `none` needs no engine. */
  engine: z.enum(["wasm", "none"]),
  /** Memory of one worker with this model loaded. */
  memoryBytes: byteCountSchema,
  /** Oldest version of dml that can serve it, such as `1.2.3`; absent if any can. */
  dml: z.string().max(32).regex(/^\d{1,9}\.\d{1,9}\.\d{1,9}$/, "must be like 1.2.3").optional(),
  /** Operator sets that its model files use; absent if every engine has them. */
  operatorSets: operatorSetsSchema.optional(),
});

/**
 * Master to node: serve this model. The node fetches missing files by digest, loads the model and
 * warms it up.
 */
export const modelOfferSchema = z.strictObject({
  type: z.literal("model.offer"),
  model: modelNameSchema,
  manifest: blobReferenceSchema,
  files: z.array(blobReferenceSchema).max(LIMITS.modelFilesMax),
  requirements: requirementsSchema,
});

/** Master to node: this model is no longer needed. */
export const modelRetireSchema = z.strictObject({
  type: z.literal("model.retire"),
  manifestDigest: digestSchema,
});

/** Node to master: the model is fetched, verified, loaded and warmed up. */
export const modelReadySchema = z.strictObject({
  type: z.literal("model.ready"),
  manifestDigest: digestSchema,
  /**
   * Images/s of one worker, measured during warm-up; the maximum if the model is too fast for
   * the clock.
   */
  imagesPerSecond: z.number().min(0).max(LIMITS.imagesPerSecondMax),
  /** Bytes that were fetched for it; 0 if all files were cached. */
  fetchedBytes: byteCountSchema,
  warmUpMs: durationMsSchema,
  /** Memory of one worker with this model, measured; absent if the node cannot measure it. */
  memoryBytes: byteCountSchema.optional(),
});

/** Node to master: this model cannot run here, with the reason. */
export const modelFailedSchema = z.strictObject({
  type: z.literal("model.failed"),
  manifestDigest: digestSchema,
  code: z.string().max(64),
  reason: z.string().max(2_000),
});

export type Requirements = Infer<typeof requirementsSchema>;
export type ModelOffer = Infer<typeof modelOfferSchema>;
export type ModelRetire = Infer<typeof modelRetireSchema>;
export type ModelReady = Infer<typeof modelReadySchema>;
export type ModelFailed = Infer<typeof modelFailedSchema>;
