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

/** Bytes named by digest, and how many there are. */
export const blobReferenceSchema = z.strictObject({
  digest: digestSchema,
  size: byteCountSchema,
});

/** The annotated picture of an answer; null when none was asked for. */
export const annotatedSchema = z.strictObject({
  ...blobReferenceSchema.shape,
  mediaType: z.string().max(64),
}).nullable();

/** What the user wants beside the prediction. */
export const taskOptionsSchema = z.strictObject({
  /** Draw boxes and labels and send the picture back. */
  annotate: z.boolean(),
  /** Put each face's embedding into the prediction. */
  embeddings: z.boolean(),
  /** The people whose faces are looked for; null for nobody's. */
  gallery: galleryNameSchema.nullable(),
  /** Send back each face with some of what is around it. */
  crops: z.boolean(),
});

const attempt = {
  taskId: idSchema,
  attempt: z.number().int().min(1).max(1_000_000),
};

/** Master to node: do this. The node fetches the image by digest before or while it waits for a worker. */
export const taskAssignSchema = z.strictObject({
  type: z.literal("task.assign"),
  ...attempt,
  manifestDigest: digestSchema,
  /** Null for a model that looks at no picture. */
  image: blobReferenceSchema.nullable(),
  /** The image comes on this connection, right behind this; absent: it does not. */
  isInline: z.literal(true).optional(),
  options: taskOptionsSchema,
  /** How much time is left, from when this was sent. */
  deadlineMs: durationMsSchema,
});

/** Master to node: stop, nobody waits any more. */
export const taskCancelSchema = z.strictObject({
  type: z.literal("task.cancel"),
  ...attempt,
});

/**
 * Node to master: done. The pictures that it names are put to the master's blobs before this is sent or, from protocol
 * 2 on, meanwhile; when they cannot be put, `task.failed` follows.
 */
export const taskResultSchema = z.strictObject({
  type: z.literal("task.result"),
  ...attempt,
  prediction: predictionSchema,
  annotated: annotatedSchema,
  /** From the moment the node held image and free worker to the result. */
  serviceMs: durationMsSchema,
});

/** Node to master: this attempt failed, with one of dml's codes. */
export const taskFailedSchema = z.strictObject({
  type: z.literal("task.failed"),
  ...attempt,
  code: z.string().max(64),
  reason: z.string().max(2_000),
});

export type BlobReference = Infer<typeof blobReferenceSchema>;
export type TaskOptions = Infer<typeof taskOptionsSchema>;
export type TaskAssign = Infer<typeof taskAssignSchema>;
export type TaskCancel = Infer<typeof taskCancelSchema>;
export type TaskResult = Infer<typeof taskResultSchema>;
export type TaskFailed = Infer<typeof taskFailedSchema>;
