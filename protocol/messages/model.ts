import { LIMITS } from "../kernel/limits.ts";
import { byteCountSchema, digestSchema, durationMsSchema, type Infer, modelNameSchema, z } from "../schema.ts";
import { blobReferenceSchema } from "./task.ts";

/** Sets of ONNX operators, and a version of each. */
export const operatorSetsSchema = z.array(z.strictObject({
  domain: z.string().min(1).max(256),
  version: z.number().int().min(0).max(1_000_000),
})).max(LIMITS.operatorSetsMax);

/** What a node must have to run a model. */
export const requirementsSchema = z.strictObject({
  /** `wasm` is onnxruntime-web; `none` needs no engine. */
  engine: z.enum(["wasm", "none"]),
  /** Memory of one worker with this model loaded. */
  memoryBytes: byteCountSchema,
  /** The oldest dml that can serve it, as `1.2.3`; absent: any. */
  dml: z.string().max(32).regex(/^\d{1,9}\.\d{1,9}\.\d{1,9}$/, "must be like 1.2.3").optional(),
  /** What its model files are made of; absent: nothing that every engine has not. */
  operatorSets: operatorSetsSchema.optional(),
});

/** Master to node: have this model. The node fetches what it lacks by digest, loads it and warms it up. */
export const modelOfferSchema = z.strictObject({
  type: z.literal("model.offer"),
  model: modelNameSchema,
  manifest: blobReferenceSchema,
  files: z.array(blobReferenceSchema).max(LIMITS.modelFilesMax),
  requirements: requirementsSchema,
});

/** Master to node: this model is not needed any more. */
export const modelRetireSchema = z.strictObject({
  type: z.literal("model.retire"),
  manifestDigest: digestSchema,
});

/** Node to master: fetched, verified, loaded and warmed up. */
export const modelReadySchema = z.strictObject({
  type: z.literal("model.ready"),
  manifestDigest: digestSchema,
  /** Measured at warm-up, of one worker; the most of what is too quick for the clock. */
  imagesPerSecond: z.number().min(0).max(LIMITS.imagesPerSecondMax),
  /** What had to be moved for it: 0 when all of it was cached. */
  fetchedBytes: byteCountSchema,
  warmUpMs: durationMsSchema,
});

/** Node to master: this model cannot run here, and why. */
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
