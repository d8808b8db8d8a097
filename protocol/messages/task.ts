import { LIMITS } from "../kernel/limits.ts";
import {
  byteCountSchema,
  digestSchema,
  durationMsSchema,
  galleryNameSchema,
  idSchema,
  type Infer,
  z,
} from "../schema.ts";
import { predictionSchema } from "./prediction.ts";

/** Reference to a blob: its digest, and its size in bytes. */
export const blobReferenceSchema = z.strictObject({
  digest: digestSchema,
  size: byteCountSchema,
});

/** The annotated picture of an answer; `null` if none was requested. */
export const annotatedSchema = z.strictObject({
  ...blobReferenceSchema.shape,
  mediaType: z.string().max(64),
}).nullable();

/** Bounds on what a prediction contains; whatever is outside of them is not drawn either. */
export const keepSchema = z.strictObject({
  /** Least score of a face, object or class. */
  scoreMin: z.number().min(0).max(1).optional(),
  /** Least height of a face's box, in pixels of the upright original. */
  faceHeightMin: z.number().int().min(1).max(LIMITS.imageSideMax).optional(),
  /** Largest number of faces, and of objects: those with the largest boxes. */
  foundMax: z.number().int().min(1).max(LIMITS.personsMax).optional(),
  /** Largest number of classes of the whole picture: those with the best scores. */
  classesMax: z.number().int().min(1).max(LIMITS.labelsReportedMax).optional(),
});

/** Appearance of the annotated picture, where it is not as usual. */
export const drawSchema = z.strictObject({
  /** False to draw no landmarks. */
  landmarks: z.literal(false).optional(),
  /** False to draw frames without labels. */
  labels: z.literal(false).optional(),
  /** Quality of the JPEG. */
  quality: z.number().int().min(1).max(100).optional(),
});

/** Results requested in addition to the prediction. */
export const taskOptionsSchema = z.strictObject({
  /** True to draw boxes and labels into the picture and return it. */
  annotate: z.boolean(),
  /** True to include the embedding of each face in the prediction. */
  embeddings: z.boolean(),
  /** Gallery to search for the faces; `null` if no one should be recognised. */
  gallery: galleryNameSchema.nullable(),
  /** True to return each face with some of its surroundings. */
  crops: z.boolean(),
  /** True to report faces that are probably not human too; absent if they are left out. */
  keepDoubtful: z.literal(true).optional(),
  /**
   * Largest length of a side of the annotated picture in pixels; absent for that of the original.
   */
  maxSide: z.number().int().min(1).max(LIMITS.imageSideMax).optional(),
  /** True to look for faces turned by any angle; absent to look for upright ones only. */
  anyAngle: z.literal(true).optional(),
  /** True to look for small faces everywhere, which takes longer; absent if not. */
  smallFaces: z.literal(true).optional(),
  /** True to return the tensors of a `tensor` model in a blob; absent to return them as JSON. */
  packTensors: z.literal(true).optional(),
  /** Absent if everything is reported. */
  keep: keepSchema.optional(),
  /** Absent if the picture is drawn as usual. */
  draw: drawSchema.optional(),
});

const attempt = {
  taskId: idSchema,
  attempt: z.number().int().min(1).max(1_000_000),
};

/**
 * Master to node: process this picture. The node fetches it by digest before or while the task
 * waits for a worker.
 */
export const taskAssignSchema = z.strictObject({
  type: z.literal("task.assign"),
  ...attempt,
  manifestDigest: digestSchema,
  /** `null` if the model needs no picture. */
  image: blobReferenceSchema.nullable(),
  /**
   * True if the image follows directly behind this message on the same connection; absent if it
   * does not.
   */
  isInline: z.literal(true).optional(),
  options: taskOptionsSchema,
  /** Time left when this was sent. */
  deadlineMs: durationMsSchema,
});

/** Master to node: stop this attempt, because its result is no longer needed. */
export const taskCancelSchema = z.strictObject({
  type: z.literal("task.cancel"),
  ...attempt,
});

/**
 * Node to master: the result of an attempt. The pictures that it names may still be on their way;
 * if they cannot be sent, `task.failed` follows.
 */
export const taskResultSchema = z.strictObject({
  type: z.literal("task.result"),
  ...attempt,
  prediction: predictionSchema,
  annotated: annotatedSchema,
  /** Time from the moment the node had the image and a free worker until the result. */
  serviceMs: durationMsSchema,
});

/** Node to master: this attempt failed, with an error code of dml. */
export const taskFailedSchema = z.strictObject({
  type: z.literal("task.failed"),
  ...attempt,
  code: z.string().max(64),
  reason: z.string().max(2_000),
});

export type BlobReference = Infer<typeof blobReferenceSchema>;
export type Keep = Infer<typeof keepSchema>;
export type TaskOptions = Infer<typeof taskOptionsSchema>;
export type TaskAssign = Infer<typeof taskAssignSchema>;
export type TaskCancel = Infer<typeof taskCancelSchema>;
export type TaskResult = Infer<typeof taskResultSchema>;
export type TaskFailed = Infer<typeof taskFailedSchema>;
