import { LIMITS } from "../kernel/limits.ts";
import { byteCountSchema, digestSchema, type Infer, z } from "../schema.ts";

/** Types of the numbers in a tensor, named as in the documentation of the ONNX operators. */
export const NUMBER_TYPES = [
  "float32",
  "float64",
  "float16",
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

/** Types of the elements of a tensor: numbers, or texts. */
export const TENSOR_TYPES = [...NUMBER_TYPES, "string"] as const;

/** Tensors in one input or answer. */
export const TENSORS_MAX = 64;

const pixel = z.number().min(-LIMITS.imageSideMax).max(2 * LIMITS.imageSideMax);
const unit = z.number().min(0).max(1);
const index = z.number().int().min(0).max(10_000_000);

/** The name of a class. */
// deno-lint-ignore no-control-regex -- these are the characters to refuse
export const labelSchema = z.string().min(1).max(LIMITS.labelCharactersMax).regex(/^[^\x00-\x1f\x7f]+$/);

/** A class that the whole picture may belong to. */
export const classSchema = z.strictObject({
  label: labelSchema,
  /** Index among the model's classes. */
  index,
  /** A probability, or the model's raw output if the model declares no activation. */
  score: z.number(),
});

/** An object found in the picture. */
export const objectSchema = z.strictObject({
  /** Box in pixels of the upright original, within its bounds. */
  box: z.strictObject({ x: pixel, y: pixel, width: pixel, height: pixel }),
  label: labelSchema,
  /** Index among the model's classes. */
  index,
  score: unit,
});

const tensor = {
  name: z.string().max(256),
  dims: z.array(z.number().int().min(0).max(0x7fff_ffff)).max(8),
};

/** One output tensor of a model, unchanged. */
export const tensorValueSchema = z.strictObject({
  ...tensor,
  type: z.enum(NUMBER_TYPES),
  /** Values in row-major order; `null` for a value that is not a finite number. */
  data: z.array(z.number().nullable()).max(LIMITS.tensorBytesMax / 2),
});

/** A tensor whose elements lie elsewhere, among those of others. */
export const packedTensorSchema = z.strictObject({
  ...tensor,
  type: z.enum(TENSOR_TYPES),
  /**
   * Bytes of its elements in row-major order: little-endian numbers; texts as their length in four
   * little-endian bytes and their UTF-8.
   */
  size: byteCountSchema,
});

/** The outputs of a model, whose elements are in a blob: one tensor behind the other. */
export const packedTensorsSchema = z.strictObject({
  tensors: z.array(packedTensorSchema).max(TENSORS_MAX),
  /** Absent while the node has not stored it yet, and if the tensors have no elements at all. */
  blob: z.strictObject({ digest: digestSchema, size: byteCountSchema }).optional(),
});

/**
 * Findings about a whole picture or a tensor. Each field is present exactly if the model has
 * that task.
 */
export const findingFields = {
  /** Result of `classify`, best score first. */
  labels: z.array(classSchema).max(LIMITS.labelsReportedMax).optional(),
  /** Result of `detect`, best score first. */
  objects: z.array(objectSchema).max(LIMITS.objectsMax).optional(),
  /** Result of `embed`. */
  embedding: z.array(z.number()).max(LIMITS.embeddingNumbersMax).optional(),
  /** Result of `tensor`, in the order of the manifest. */
  tensors: z.array(tensorValueSchema).max(TENSORS_MAX).optional(),
  /** Result of `tensor` in place of `tensors`, if the request wants them in a blob. */
  packed: packedTensorsSchema.optional(),
};

/** One of a few labels, with its probability. */
const choiceSchema = z.strictObject({ label: labelSchema, score: unit });

/**
 * Attributes of a face, as far as the model has model files for them. They are guesses from looks,
 * not facts about a person.
 */
export const attributesSchema = z.strictObject({
  /** Apparent age in years. */
  age: z.number().min(0).max(150).optional(),
  /** Apparent gender: `female` or `male`. */
  gender: choiceSchema.optional(),
  expression: choiceSchema.optional(),
  /** `live` if the person is in front of the camera, `spoof` if it is a print or a screen. */
  liveness: choiceSchema.optional(),
});

export type NumberType = (typeof NUMBER_TYPES)[number];
export type TensorType = (typeof TENSOR_TYPES)[number];
export type FoundClass = Infer<typeof classSchema>;
export type FoundObject = Infer<typeof objectSchema>;
export type TensorValue = Infer<typeof tensorValueSchema>;
export type PackedTensor = Infer<typeof packedTensorSchema>;
export type PackedTensors = Infer<typeof packedTensorsSchema>;
export type Attributes = Infer<typeof attributesSchema>;
