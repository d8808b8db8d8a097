import { byteCountSchema, type Infer, modelNameSchema, z } from "../schema.ts";
import { versionRangeSchema } from "./hello.ts";
import { predictionSchema } from "./prediction.ts";
import { annotatedSchema } from "./task.ts";

/** User to master, the first message: what follows is asked by a user, not said by a node. */
export const userHelloSchema = z.strictObject({
  type: z.literal("user.hello"),
  protocol: versionRangeSchema,
  /** The version of dml. */
  version: z.string().max(64),
  token: z.string().max(200).nullable(),
});

/** Master to user: ask. */
export const userWelcomeSchema = z.strictObject({
  type: z.literal("user.welcome"),
  protocol: z.number().int().min(1),
});

/** Chosen by the user, another one for each question that waits for its answer. */
const askId = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const asked = {
  model: modelNameSchema,
  /** Draw boxes and labels and send the picture back. */
  annotate: z.boolean(),
  /** Put each face's embedding into the prediction. */
  embeddings: z.boolean(),
  /** The people whose faces are looked for; null for nobody's. */
  gallery: z.string().max(100).nullable(),
};

/** What is wanted of a picture; others than these are asked over HTTP, which says what is wrong with them. */
export const askedSchema = z.object(asked);

/** User to master: what is in this picture? The picture came on this connection, right before this. */
export const predictionAskSchema = z.strictObject({
  type: z.literal("prediction.ask"),
  askId,
  imageBytes: byteCountSchema,
  ...asked,
});

/** User to master: nobody waits for the answer any more. */
export const predictionCancelSchema = z.strictObject({ type: z.literal("prediction.cancel"), askId });

/** Master to user: what is in it. */
export const predictionAnswerSchema = z.strictObject({
  type: z.literal("prediction.answer"),
  askId,
  prediction: predictionSchema,
  annotated: annotatedSchema,
  /** The annotated picture comes on this connection, right behind this; absent: it is fetched by its digest. */
  isInline: z.literal(true).optional(),
});

/** Master to user: there is no answer, why, and what to do. */
export const predictionRefuseSchema = z.strictObject({
  type: z.literal("prediction.refuse"),
  askId,
  /** One of dml's codes. */
  code: z.string().max(64),
  reason: z.string().max(4_000),
  advice: z.string().max(1_000),
  /** When to ask again; absent: nobody knows. */
  retryAfterMs: z.number().int().min(0).max(3_600_000).optional(),
});

export type UserHello = Infer<typeof userHelloSchema>;
export type PredictionAsk = Infer<typeof predictionAskSchema>;
export type PredictionAnswer = Infer<typeof predictionAnswerSchema>;
export type PredictionRefuse = Infer<typeof predictionRefuseSchema>;
