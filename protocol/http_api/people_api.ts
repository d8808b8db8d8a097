import { METADATA_KEY_PATTERN } from "../kernel/people_names.ts";
import { LIMITS } from "../kernel/limits.ts";
import { candidateSchema, faceQualitySchema } from "../messages/prediction.ts";
import { digestSchema, galleryNameSchema, idSchema, type Infer, z } from "../schema.ts";

const count = z.number().int().min(0);
const wallMs = z.number().int().min(0);
const similarity = z.number().min(-1).max(1);

/**
 * Characters that control a terminal or change the direction of text. A name must not contain any.
 */
// deno-lint-ignore no-control-regex -- these are the characters to refuse
const STEERING = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const isPlain = (text: string) => !STEERING.test(text);

/**
 * The name of a person: any script, in composed form (Unicode NFC), without surrounding white
 * space.
 */
export const personNameSchema = z.string().max(800).transform((text) => text.normalize("NFC").trim()).pipe(
  z.string().min(1).max(200).refine(isPlain, "must hold no control characters"),
);

/** Notes about a person, as pairs of key and value. */
const metadataKeySchema = z.string().regex(METADATA_KEY_PATTERN);
const metadataValueSchema = z.string().max(1_000);
const METADATA_KEYS_MAX = 64;
export const metadataSchema = z.record(metadataKeySchema, metadataValueSchema)
  .refine((metadata) => Object.keys(metadata).length <= METADATA_KEYS_MAX, `at most ${METADATA_KEYS_MAX} keys`);

const thresholdFields = {
  known: similarity,
  unknown: similarity,
  marginMin: z.number().min(0).max(2),
  eyeDistanceMin: z.number().min(0).max(10_000),
  sharpnessMin: z.number().min(0).max(1e9),
};
const isOrdered = ({ known, unknown }: { known: number; unknown: number }) => unknown <= known;
const DISORDERED = "unknown must not be above known";

/** The thresholds of a gallery; `models/gallery/gallery_index.ts` explains each. */
export const thresholdsSchema = z.strictObject(thresholdFields).refine(isOrdered, DISORDERED);

/** Ways in which a person sets `known` and `unknown`: from labelled pictures, or as numbers. */
const SETTERS = ["calibrate", "hand"] as const;

/**
 * Body of `PUT /v1/galleries/{g}/thresholds`. `by` tells where `known` and `unknown` come from;
 * with `default`, the numbers given for them are ignored, and they follow the model or the number
 * of enrolled faces from then on. If it is absent, numbers that are in force already keep their
 * origin, and others are set by hand.
 */
export const thresholdsChangeSchema = z.strictObject({
  ...thresholdFields,
  by: z.enum(["default", ...SETTERS]).optional(),
}).refine(isOrdered, DISORDERED);

/** The setting of `known` and `unknown` by a person. */
export const thresholdsSetSchema = z.strictObject({
  by: z.enum(SETTERS),
  /** `null` if they were set with a dml that did not note it. */
  setMs: wallMs.nullable(),
});

/**
 * The origin of `known` and `unknown`: the default for the number of faces that are compared, the
 * manifest of the model, or the setting by a person.
 */
export const thresholdsOriginSchema = z.union([
  z.strictObject({ by: z.literal("default"), faces: count }),
  z.strictObject({ by: z.literal("model") }),
  thresholdsSetSchema,
]);

/**
 * The number of nodes by how far they are with a version of a gallery; on those that are `ready` it
 * is in force.
 */
export const inForceSchema = z.strictObject({ version: count, ready: count, pending: count, failed: count });

/** One gallery, without its people. */
export const gallerySchema = z.strictObject({
  name: galleryNameSchema,
  version: count,
  people: count,
  enrolledFaces: count,
  rejectedFaces: count,
  embedder: digestSchema,
  dimensions: count,
  /** The thresholds in force. */
  thresholds: thresholdsSchema,
  thresholdsOrigin: thresholdsOriginSchema,
  /** Similarity from which a face is probably that of another person. */
  lookalikeMin: similarity,
  createdMs: wallMs,
  changedMs: wallMs,
  /** Progress while a new embedder computes all embeddings again; `null` at all other times. */
  reembedding: z.strictObject({ embedder: digestSchema, left: count }).nullable(),
});

/** Answer of `GET /v1/galleries`. */
export const galleriesSchema = z.strictObject({ galleries: z.array(gallerySchema).max(LIMITS.galleriesMax) });

/** One person, without their faces. */
const personEntrySchema = z.strictObject({
  personId: idSchema,
  name: z.string().min(1).max(200),
  enrolled: count,
  rejected: count,
  metadata: metadataSchema,
  createdMs: wallMs,
  changedMs: wallMs,
});

/** Limit of people on one page. */
export const PEOPLE_PAGE_MAX = 1_000;

/** Answer of `GET /v1/galleries/{g}/people?after=&limit=`. */
export const peoplePageSchema = z.strictObject({
  people: z.array(personEntrySchema).max(PEOPLE_PAGE_MAX),
  /** Value of `after` for the next page; `null` if this is the last one. */
  next: z.string().max(200).nullable(),
});

/** One face of one person. */
const faceEntrySchema = z.strictObject({
  faceId: idSchema,
  kind: z.enum(["enrolled", "rejected"]),
  quality: faceQualitySchema,
  /** Name of the file that the face came from. */
  source: z.string().max(400),
  createdMs: wallMs,
});

/** Answer of `GET /v1/galleries/{g}/people/{name}`. */
export const personDetailSchema = z.strictObject({
  person: personEntrySchema,
  faces: z.array(faceEntrySchema).max(2 * LIMITS.galleryFacesPerPersonMax),
});

const EMBEDDING_CHARACTERS_MAX = 8_192;

/** The numbers of an embedding as 32-bit floats, little-endian, in base 64. */
export const embeddingTextSchema = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, "must be base 64")
  .max(EMBEDDING_CHARACTERS_MAX);

/** Answer of `GET /v1/galleries/{g}/faces?after=&limit=`. */
export const facesPageSchema = z.strictObject({
  /** People by name, each with the faces that the embedder of the gallery has processed. */
  people: z.array(z.strictObject({
    name: z.string().min(1).max(200),
    faces: z.array(z.strictObject({ ...faceEntrySchema.shape, embedding: embeddingTextSchema }))
      .max(2 * LIMITS.galleryFacesPerPersonMax),
  })).max(PEOPLE_PAGE_MAX),
  /** Value of `after` for the next page; `null` if this is the last one. */
  next: z.string().max(200).nullable(),
});

/**
 * Body of `PATCH /v1/galleries/{g}/people/{name}`. An absent field stays as it is; a metadata value
 * of `null` removes its key.
 */
export const personPatchSchema = z.strictObject({
  name: personNameSchema.optional(),
  metadata: z.record(metadataKeySchema, metadataValueSchema.nullable()).optional(),
});

/**
 * Body of `POST /v1/galleries/{g}/people/{name}/merge`: the person who becomes part of the one in
 * the path.
 */
export const mergeSchema = z.strictObject({ from: personNameSchema });

/** Answer of every change that has no answer of its own. */
export const changedSchema = z.strictObject({ inForce: inForceSchema });

/** Warning about an enrolment that succeeded but should be checked by a person. */
const enrolWarningSchema = z.strictObject({
  code: z.enum(["already_enrolled", "near_duplicate", "looks_like", "unlike_enrolled", "reembedding"]),
  message: z.string().max(2_000),
});

/** Answer of `POST /v1/galleries/{g}/people/{name}/faces` and of `…/rejections`. */
export const enrolAnswerSchema = z.strictObject({
  person: z.string().min(1).max(200),
  /** `null` if nothing was stored, because the face was there already or it was a dry run. */
  faceId: idSchema.nullable(),
  quality: faceQualitySchema,
  warnings: z.array(enrolWarningSchema).max(8),
  /** Other people that the face may belong to, best first. */
  lookalikes: z.array(candidateSchema).max(LIMITS.candidatesMax),
  /** `null` if nothing was stored. */
  inForce: inForceSchema.nullable(),
});

/** Answer of `POST /v1/galleries/{g}/import`. */
export const importAnswerSchema = z.strictObject({
  peopleAdded: count,
  facesAdded: count,
  /** Faces that were there already. */
  facesKnown: count,
  /** Faces in whose crop the embedder of this master finds no face. */
  facesLost: count,
  inForce: inForceSchema.nullable(),
});

export type GalleryListing = Infer<typeof gallerySchema>;
export type PersonEntry = Infer<typeof personEntrySchema>;
export type PeoplePage = Infer<typeof peoplePageSchema>;
export type FacesPage = Infer<typeof facesPageSchema>;
export type PersonDetail = Infer<typeof personDetailSchema>;
export type PersonPatch = Infer<typeof personPatchSchema>;
export type EnrolWarning = Infer<typeof enrolWarningSchema>;
export type EnrolAnswer = Infer<typeof enrolAnswerSchema>;
export type ImportAnswer = Infer<typeof importAnswerSchema>;
export type Thresholds = Infer<typeof thresholdsSchema>;
export type ThresholdsChange = Infer<typeof thresholdsChangeSchema>;
export type ThresholdsSet = Infer<typeof thresholdsSetSchema>;
export type InForceAnswer = Infer<typeof inForceSchema>;
