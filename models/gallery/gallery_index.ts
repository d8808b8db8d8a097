import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { digestSchema, galleryNameSchema, type Infer, parseAs, z } from "../../protocol/schema.ts";
import { blobReferenceSchema } from "../../protocol/messages/task.ts";

/** The most parts that a gallery is cut into. */
export const GALLERY_BUCKETS_MAX = 1_024;

const similarity = z.number().min(-1).max(1);

/** Where known, uncertain and unknown part, as cosine similarities; and below which quality nothing is said. */
export const galleryThresholdsSchema = z.strictObject({
  /** From here on a face is a person's, unless another person is as near. */
  known: similarity,
  /** Below, it is nobody's; between the two it is uncertain. */
  unknown: similarity,
  /** The nearest person must be nearer than the second by this much, else it is uncertain. */
  marginMin: z.number().min(0).max(2),
  /** Faces with a smaller distance between the eyes, in pixels, are of poor quality. */
  eyeDistanceMin: z.number().min(0).max(10_000),
  /** Faces that are less sharp are of poor quality (see `faceQualitySchema`). */
  sharpnessMin: z.number().min(0),
});

/**
 * One version of a gallery as it is stored and sent: a JSON document that names its buckets by digest. A person is in the
 * bucket that the hash of their id says, so a change of one person makes one new bucket, and a node fetches only that.
 */
const galleryIndexSchema = z.strictObject({
  schema: z.literal(1),
  gallery: galleryNameSchema,
  /** Grows with every change. */
  version: z.number().int().min(0),
  /** The model file that made the embeddings: only a model with this very model file may be asked about these people. */
  embedder: digestSchema,
  /** Numbers of one embedding. */
  dimensions: z.number().int().min(1).max(1_024),
  thresholds: galleryThresholdsSchema,
  /** Of all buckets together. */
  people: z.number().int().min(0).max(LIMITS.galleryPeopleMax),
  faces: z.number().int().min(0),
  /** A power of two of them; bucket `i` holds the people whose hashed id is `i` modulo their count. */
  buckets: z.array(blobReferenceSchema).min(1).max(GALLERY_BUCKETS_MAX),
});

export type GalleryThresholds = Infer<typeof galleryThresholdsSchema>;
export type GalleryIndex = Infer<typeof galleryIndexSchema>;

/**
 * For the embedder of the `faces` model, until `dml people calibrate` has seen the pictures at hand: on public pairs the same
 * person is at 0.44 to 0.9, strangers are below 0.38.
 *
 * The least quality is what 22 sharp faces of six photos (eyes 48 to 104 pixels apart, sharpness 66 to 672) may lose. Shrunk to
 * a seventh (eyes 12 pixels apart in the median) or blurred to a sharpness of 11 in the median, the embedding of each is at 0.66 or
 * more to its own, 0.83 in the median; at a tenth, or a sharpness of 2, many are as far from it as strangers are.
 */
export const DEFAULT_THRESHOLDS: GalleryThresholds = {
  known: 0.45,
  unknown: 0.38,
  marginMin: 0.05,
  eyeDistanceMin: 12,
  sharpnessMin: 10,
};

/** No index is longer: what is longer is not read to find out whether it is one. */
export const GALLERY_INDEX_BYTES_MAX = 256 * 1024;

/** An index as it is stored and sent: its JSON in UTF-8. The same index is the same bytes. */
export function encodeGalleryIndex(index: GalleryIndex): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(parseIndex(index)));
}

/** Parses what {@linkcode encodeGalleryIndex} made; throws `gallery_invalid`. */
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
    throw new DmlError("gallery_invalid", `The index of the gallery has ${count} buckets, which is no power of two.`);
  }
  return index;
}

/** With its keys in the order of the schema, whatever order they came in. */
function parseIndex(value: unknown): GalleryIndex {
  return parseAs(galleryIndexSchema, value, { what: "The index of the gallery", code: "gallery_invalid" });
}
