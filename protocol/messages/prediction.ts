import { LIMITS } from "../kernel/limits.ts";
import { byteCountSchema, digestSchema, galleryNameSchema, type Infer, modelNameSchema, z } from "../schema.ts";
import { attributesSchema, findingFields } from "./finding.ts";

const pixel = z.number().min(-LIMITS.imageSideMax).max(2 * LIMITS.imageSideMax);
const side = z.number().int().min(0).max(LIMITS.imageSideMax);
const unit = z.number().min(0).max(1);

/** A point in pixels of the upright original, origin top left. */
export const pointSchema = z.strictObject({ x: pixel, y: pixel });

/**
 * What the gallery says of one face: `known` is one person's, `uncertain` may be somebody's (see `candidates`), `unknown`
 * is nobody's who was enrolled, `poor_quality` is too small or too blurred to say.
 */
export const RECOGNITIONS = ["known", "uncertain", "unknown", "poor_quality"] as const;

/** A person of the gallery that a face may be, and the cosine similarity to the nearest of their enrolled faces. */
export const candidateSchema = z.strictObject({
  name: z.string().min(1).max(200),
  similarity: z.number().min(-1).max(1),
});

/** How much of a face the picture holds. */
export const faceQualitySchema = z.strictObject({
  /** Between the eye centres, in pixels of the upright original. */
  eyeDistance: z.number().min(0).max(LIMITS.imageSideMax),
  /** Variance of the Laplacian of the aligned grey face (values 0 to 255): low is blurred. */
  sharpness: z.number().min(0),
});

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
  /** What the gallery says; absent when none was asked. */
  recognition: z.enum(RECOGNITIONS).optional(),
  /** Best first; present with `uncertain` only. */
  candidates: z.array(candidateSchema).max(LIMITS.candidatesMax).optional(),
  /** Present when a gallery was asked, or crops or embeddings were. */
  quality: faceQualitySchema.optional(),
  /** The face with some of what is around it, as a JPEG among the master's blobs; only when it was asked for. */
  crop: z.strictObject({ digest: digestSchema, size: byteCountSchema }).optional(),
  /** The face's embedding, L2-normalised; only when it was asked for. */
  embedding: z.array(z.number().min(-1).max(1)).max(1024).optional(),
  /** Only from a model that has model files for them. */
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

/** What a model saw in one picture. */
export const predictionSchema = z.strictObject({
  /** `name@version` of the model. */
  model: modelNameSchema,
  /** Of the upright original, in pixels; 0 where no picture was given. */
  width: side,
  height: side,
  /** The people that faces were compared with; absent when none were. */
  gallery: z.strictObject({ name: galleryNameSchema, version: z.number().int().min(0) }).optional(),
  /** Best score first. */
  persons: z.array(personSchema).max(LIMITS.personsMax),
  ...findingFields,
  timings: timingsSchema,
});

export type Point = Infer<typeof pointSchema>;
export type Recognition = (typeof RECOGNITIONS)[number];
export type Candidate = Infer<typeof candidateSchema>;
export type FaceQuality = Infer<typeof faceQualitySchema>;
export type Person = Infer<typeof personSchema>;
export type Timings = Infer<typeof timingsSchema>;
export type Prediction = Infer<typeof predictionSchema>;
