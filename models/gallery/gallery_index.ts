import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { digestSchema, galleryNameSchema, type Infer, parseAs, z } from "../../protocol/schema.ts";
import { blobReferenceSchema } from "../../protocol/messages/task.ts";

/** Largest number of buckets of a gallery. */
export const GALLERY_BUCKETS_MAX = 1_024;

const similarity = z.number().min(-1).max(1);

/**
 * Limits between known, uncertain and unknown, as cosine similarities, and the lowest quality of a
 * face that is compared at all.
 */
export const galleryThresholdsSchema = z.strictObject({
  /**
   * Lowest similarity at which a face is recognised as a person, unless another person is about as
   * near.
   */
  known: similarity,
  /** Similarity below which a face is unknown; between the two limits it is uncertain. */
  unknown: similarity,
  /**
   * Smallest lead of the nearest person over the second in similarity; with less, the face is
   * uncertain.
   */
  marginMin: z.number().min(0).max(2),
  /** Smallest distance between the eyes, in pixels; faces below it are of poor quality. */
  eyeDistanceMin: z.number().min(0).max(10_000),
  /** Lowest sharpness; faces below it are of poor quality (see `faceQualitySchema`). */
  sharpnessMin: z.number().min(0),
});

/**
 * Schema of one version of a gallery as it is stored and sent: a JSON document that names its
 * buckets by digest. The hash of a person's id selects their bucket, so that the change of one
 * person makes one new bucket, and a node fetches only that.
 */
const galleryIndexSchema = z.strictObject({
  schema: z.literal(1),
  gallery: galleryNameSchema,
  /** Version number; it grows with every change. */
  version: z.number().int().min(0),
  /**
   * Digest of the model file that made the embeddings: faces can be compared with these people only
   * by a model with this same model file.
   */
  embedder: digestSchema,
  /** Numbers per embedding. */
  dimensions: z.number().int().min(1).max(1_024),
  thresholds: galleryThresholdsSchema,
  /** Numbers of people and of their enrolled faces, in all buckets together. */
  people: z.number().int().min(0).max(LIMITS.galleryPeopleMax),
  faces: z.number().int().min(0),
  /**
   * Buckets; their count is a power of two. Bucket `i` holds the people whose hashed id modulo the
   * count is `i`.
   */
  buckets: z.array(blobReferenceSchema).min(1).max(GALLERY_BUCKETS_MAX),
});

export type GalleryThresholds = Infer<typeof galleryThresholdsSchema>;
export type GalleryIndex = Infer<typeof galleryIndexSchema>;

/**
 * Thresholds for the embedder of the `faces` model in a gallery of few faces, until somebody sets
 * others. `known` and `unknown` rise with the number of enrolled faces (`defaultThresholds`). On
 * public pairs, faces of the same person have similarities of 0.44 to 0.9. Of pairs of strangers
 * three in 10,000 reach `unknown`, up to a similarity of 0.52, and three in 100,000 reach `known`.
 *
 * The lowest quality was chosen by degrading 22 sharp faces of six photos (eyes 48 to 104 pixels
 * apart, sharpness 66 to 672). Shrunk to a seventh (median eye distance 12 pixels) or blurred to a
 * median sharpness of 11, the embedding of each keeps a similarity of 0.66 or more to that of the
 * original face, 0.83 in the median; shrunk to a tenth, or at a sharpness of 2, many are as far
 * from it as strangers are.
 */
export const DEFAULT_THRESHOLDS: GalleryThresholds = {
  known: 0.45,
  unknown: 0.38,
  marginMin: 0.05,
  eyeDistanceMin: 12,
  sharpnessMin: 10,
};

/** Largest size of an encoded index, in bytes; anything longer is refused without being read. */
export const GALLERY_INDEX_BYTES_MAX = 256 * 1024;

/**
 * Encodes an index for storage and transfer: its JSON in UTF-8. The same index gives the same
 * bytes. Throws `gallery_invalid` if it does not fit the schema.
 */
export function encodeGalleryIndex(index: GalleryIndex): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(parseIndex(index)));
}

/**
 * Decodes the bytes that {@linkcode encodeGalleryIndex} returned. Throws `gallery_invalid` if they
 * are no valid index.
 */
export function decodeGalleryIndex(bytes: Uint8Array): GalleryIndex {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new DmlError("gallery_invalid", "The index of the gallery is not JSON.", { cause: error });
  }
  const index = parseIndex(value);
  const count = index.buckets.length;
  if ((count & (count - 1)) !== 0) {
    throw new DmlError(
      "gallery_invalid",
      `The index of the gallery has ${count} buckets, which is not a power of two.`,
    );
  }
  return index;
}

/** Validates an index and puts its keys into the order of the schema, whatever order they had. */
function parseIndex(value: unknown): GalleryIndex {
  return parseAs(galleryIndexSchema, value, { what: "The index of the gallery", code: "gallery_invalid" });
}
