import { LIMITS } from "../kernel/limits.ts";
import { attributesSchema, findingFields } from "./finding.ts";
import { type Infer, recognizerNameSchema, z } from "../schema.ts";

const pixel = z.number().min(-LIMITS.imageSideMax).max(2 * LIMITS.imageSideMax);
const side = z.number().int().min(0).max(LIMITS.imageSideMax);
const unit = z.number().min(0).max(1);

/** A point in pixels of the upright original, origin top left. */
export const pointSchema = z.strictObject({ x: pixel, y: pixel });

/** One person that was found. */
export const personSchema = z.strictObject({
  /** Of the face, in pixels of the upright original, inside it. */
  box: z.strictObject({ x: pixel, y: pixel, width: pixel, height: pixel }),
  /** The detector's confidence. */
  score: unit,
  /** Left eye, right eye, nose, left and right mouth corner, as seen in the picture. */
  landmarks: z.array(pointSchema).length(5),
  /** Who it is, null when nobody enrolled matched. */
  name: z.string().max(200).nullable(),
  /** Cosine similarity to that person, null with `name`. */
  similarity: z.number().min(-1).max(1).nullable(),
  /** The face's embedding, L2-normalised; only when it was asked for. */
  embedding: z.array(z.number().min(-1).max(1)).max(1024).optional(),
  /** Only from a recognizer that has layers for them. */
  attributes: attributesSchema.optional(),
});

/** Milliseconds of each part of the work on one picture; parts that did not run are 0. */
export const timingsSchema = z.strictObject({
  decodeMs: z.number().min(0),
  prepareMs: z.number().min(0),
  inferMs: z.number().min(0),
  interpretMs: z.number().min(0),
  drawMs: z.number().min(0),
  encodeMs: z.number().min(0),
  /** All of it on the worker, from bytes to bytes. */
  totalMs: z.number().min(0),
});

/** What a recognizer saw in one picture. */
export const predictionSchema = z.strictObject({
  /** `name@version` of the recognizer. */
  recognizer: recognizerNameSchema,
  /** Of the upright original, in pixels; 0 where no picture was given. */
  width: side,
  height: side,
  /** Best score first. */
  persons: z.array(personSchema).max(LIMITS.personsMax),
  ...findingFields,
  timings: timingsSchema,
});

export type Point = Infer<typeof pointSchema>;
export type Person = Infer<typeof personSchema>;
export type Timings = Infer<typeof timingsSchema>;
export type Prediction = Infer<typeof predictionSchema>;
