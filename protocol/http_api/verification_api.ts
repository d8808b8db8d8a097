import { LIMITS } from "../kernel/limits.ts";
import { faceQualitySchema, personSchema } from "../messages/prediction.ts";
import { galleryNameSchema, type Infer, z } from "../schema.ts";

/** Parameters of `POST /v1/verifications`, in the query, or as fields beside the pictures. */
export const verificationParametersSchema = z.strictObject({
  gallery: z.string().max(200).optional().meta({
    description: "Gallery of the person, or whose thresholds count; with a person, `default` by default.",
    example: "staff",
  }),
  person: z.string().max(800).optional().meta({
    description: "Name of a person of the gallery, instead of a second picture; for the roles people and admin.",
    example: "Ada Lovelace",
  }),
  anyAngle: z.boolean("must be true or false").optional().meta({
    description: "Also find faces that are turned by any angle.",
  }),
});

const similarity = z.number().min(-1).max(1);

/** Answer of `POST /v1/verifications`. */
export const verificationSchema = z.strictObject({
  /** Cosine similarity of the two faces, or to the nearest enrolled face of the person. */
  similarity,
  /** `same` from `known` on, `different` below `unknown`, and `uncertain` in between. */
  verdict: z.enum(["same", "uncertain", "different"]),
  /** The thresholds that were applied. */
  thresholds: z.strictObject({ known: similarity, unknown: similarity }),
  /** The compared face of each picture: the largest one, without those in the background. */
  faces: z.array(z.strictObject({
    box: personSchema.shape.box,
    score: personSchema.shape.score,
    quality: faceQualitySchema.optional(),
  })).min(1).max(2),
  /** The person and the number of faces that were compared; absent for two pictures. */
  person: z.strictObject({
    gallery: galleryNameSchema,
    name: z.string().max(200),
    faces: z.number().int().min(1).max(LIMITS.galleryFacesPerPersonMax),
  }).optional(),
});

export type Verification = Infer<typeof verificationSchema>;
