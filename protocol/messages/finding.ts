import { LIMITS } from "../kernel/limits.ts";
import { type Infer, z } from "../schema.ts";

/** Numbers that a tensor may hold, by the names of the ONNX operators' documentation. */
export const TENSOR_TYPES = [
  "float32",
  "float64",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "bool",
] as const;

const pixel = z.number().min(-LIMITS.imageSideMax).max(2 * LIMITS.imageSideMax);
const unit = z.number().min(0).max(1);
const index = z.number().int().min(0).max(10_000_000);

/** What a class is called. */
// deno-lint-ignore no-control-regex -- these are what it refuses
export const labelSchema = z.string().min(1).max(LIMITS.labelCharactersMax).regex(/^[^\x00-\x1f\x7f]+$/);

/** A class that the whole picture may be of. */
export const classSchema = z.strictObject({
  label: labelSchema,
  /** Among the model's classes. */
  index,
  /** A probability, or whatever the model gives when it declares no activation. */
  score: z.number(),
});

/** An object that was found. */
export const objectSchema = z.strictObject({
  /** In pixels of the upright original, inside it. */
  box: z.strictObject({ x: pixel, y: pixel, width: pixel, height: pixel }),
  label: labelSchema,
  /** Among the model's classes. */
  index,
  score: unit,
});

/** An output of a model file as it is. */
export const tensorValueSchema = z.strictObject({
  name: z.string().max(256),
  type: z.enum(TENSOR_TYPES),
  dims: z.array(z.number().int().min(0).max(0x7fff_ffff)).max(8),
  /** Row-major; null for what is no finite number. */
  data: z.array(z.number().nullable()).max(LIMITS.frameBytesMax / 2),
});

/** What a whole picture, or a tensor, gave; each field is there exactly when the model is of its task. */
export const findingFields = {
  /** Of `classify`: best score first. */
  labels: z.array(classSchema).max(LIMITS.labelsReportedMax).optional(),
  /** Of `detect`: best score first. */
  objects: z.array(objectSchema).max(LIMITS.objectsMax).optional(),
  /** Of `embed`. */
  embedding: z.array(z.number()).max(LIMITS.embeddingNumbersMax).optional(),
  /** Of `tensor`: in the order of the manifest. */
  tensors: z.array(tensorValueSchema).max(64).optional(),
};

/** A choice among a few, and how sure it is. */
const choiceSchema = z.strictObject({ label: labelSchema, score: unit });

/** What a face is like, as far as the model has model files for it: guesses of models from looks, no facts about a person. */
export const attributesSchema = z.strictObject({
  /** Apparent, in years. */
  age: z.number().min(0).max(150).optional(),
  /** Apparent: `female` or `male`. */
  gender: choiceSchema.optional(),
  expression: choiceSchema.optional(),
  /** `live` in front of the camera, or `spoof`: a print or a screen. */
  liveness: choiceSchema.optional(),
});

export type TensorType = (typeof TENSOR_TYPES)[number];
export type FoundClass = Infer<typeof classSchema>;
export type FoundObject = Infer<typeof objectSchema>;
export type TensorValue = Infer<typeof tensorValueSchema>;
export type Attributes = Infer<typeof attributesSchema>;
