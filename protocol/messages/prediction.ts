import { LIMITS } from "../kernel/limits.ts";
import { byteCountSchema, digestSchema, galleryNameSchema, type Infer, modelNameSchema, z } from "../schema.ts";
import { attributesSchema, findingFields } from "./finding.ts";

const pixel = z.number().min(-LIMITS.imageSideMax).max(2 * LIMITS.imageSideMax);
const side = z.number().int().min(0).max(LIMITS.imageSideMax);
const unit = z.number().min(0).max(1);

/** A point in pixels of the upright original, with the origin at the top left. */
export const pointSchema = z.strictObject({ x: pixel, y: pixel });

/**
 * Verdicts of a gallery on one face: `known` is one person's, `uncertain` may be a person's (see
 * `candidates`), `unknown` belongs to nobody who is enrolled, `poor_quality` is too small or too
 * blurred to decide.
 */
export const RECOGNITIONS = ["known", "uncertain", "unknown", "poor_quality"] as const;

/**
 * A person of the gallery whose face it may be, with the cosine similarity to the nearest of their
 * enrolled faces.
 */
export const candidateSchema = z.strictObject({
  name: z.string().min(1).max(200),
  similarity: z.number().min(-1).max(1),
});

/** Size and sharpness of a face, which limit how well it can be recognised. */
export const faceQualitySchema = z.strictObject({
  /** Distance between the eye centres, in pixels of the upright original. */
  eyeDistance: z.number().min(0).max(LIMITS.imageSideMax),
  /**
   * Variance of the Laplacian of the aligned grey face (values 0 to 255); low if the face is
   * blurred.
   */
  sharpness: z.number().min(0),
});

/** One person found in the picture. */
export const personSchema = z.strictObject({
  /** Box of the face in pixels of the upright original, within its bounds. */
  box: z.strictObject({ x: pixel, y: pixel, width: pixel, height: pixel }),
  /**
   * Confidence of the detector; that of a doubtful face is multiplied by the probability that it is
   * a human one.
   */
  score: unit,
  /** True if this may be no human face: an animal, a statue, a drawing. Absent if it is one. */
  doubtful: z.literal(true).optional(),
  /** Left eye, right eye, nose, left and right mouth corner, as seen in the picture. */
  landmarks: z.array(pointSchema).length(5),
  /** Name of the person; `null` if no enrolled person matched. */
  name: z.string().max(200).nullable(),
  /** Cosine similarity to that person; `null` if `name` is. */
  similarity: z.number().min(-1).max(1).nullable(),
  /** Verdict of the gallery; absent if no gallery was used. */
  recognition: z.enum(RECOGNITIONS).optional(),
  /** Possible matches, best first; present only if the verdict is `uncertain`. */
  candidates: z.array(candidateSchema).max(LIMITS.candidatesMax).optional(),
  /** Present if a gallery was used, or if crops or embeddings were requested. */
  quality: faceQualitySchema.optional(),
  /**
   * The face with some of its surroundings, as a JPEG among the master's blobs; present only if
   * requested.
   */
  crop: z.strictObject({ digest: digestSchema, size: byteCountSchema }).optional(),
  /** Embedding of the face, L2-normalised; present only if requested. */
  embedding: z.array(z.number().min(-1).max(1)).max(1024).optional(),
  /** Present only if the model has model files for attributes. */
  attributes: attributesSchema.optional(),
});

/** Kinds of {@linkcode noteSchema notes}. */
export const NOTE_CODES = ["picture_repaired", "not_searched_finely", "persons_limited", "doubtful_left_out"] as const;

/** A remark on a picture that was not read, searched or answered completely. */
export const noteSchema = z.strictObject({
  code: z.enum(NOTE_CODES),
  /** One sentence for people. */
  text: z.string().min(1).max(300),
});

/** Milliseconds of each step of the work on one picture; 0 for steps that did not run. */
export const timingsSchema = z.strictObject({
  decodeMs: z.number().min(0),
  prepareMs: z.number().min(0),
  inferMs: z.number().min(0),
  interpretMs: z.number().min(0),
  drawMs: z.number().min(0),
  encodeMs: z.number().min(0),
  /** Total time on the worker, from bytes to bytes. */
  totalMs: z.number().min(0),
});

/** Everything that a model found in one picture. */
export const predictionSchema = z.strictObject({
  /** `name@version` of the model. */
  model: modelNameSchema,
  /** Size of the upright original in pixels; 0 if there was no picture. */
  width: side,
  height: side,
  /** Gallery that the faces were compared with; absent if none was used. */
  gallery: z.strictObject({ name: galleryNameSchema, version: z.number().int().min(0) }).optional(),
  /** Persons found, from left to right by the centre of the box; number 1 is the first. */
  persons: z.array(personSchema).max(LIMITS.personsMax),
  ...findingFields,
  /** Absent if there is nothing to remark on. */
  notes: z.array(noteSchema).min(1).max(8).optional(),
  timings: timingsSchema,
});

export type Point = Infer<typeof pointSchema>;
export type Recognition = (typeof RECOGNITIONS)[number];
export type Candidate = Infer<typeof candidateSchema>;
export type FaceQuality = Infer<typeof faceQualitySchema>;
export type Person = Infer<typeof personSchema>;
export type Note = Infer<typeof noteSchema>;
export type Timings = Infer<typeof timingsSchema>;
export type Prediction = Infer<typeof predictionSchema>;
