import { galleryThresholdsSchema } from "../../models/gallery/gallery_index.ts";
import { embedderThresholdsSchema } from "../../models/manifest/face_files.ts";
import { thresholdsSetSchema } from "../../protocol/http_api/people_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { blobReferenceSchema } from "../../protocol/messages/task.ts";
import { digestSchema, parseAs, z } from "../../protocol/schema.ts";
import type { CountedPerson, FaceRecord, GalleryRecord } from "./people_store.ts";

/** A column that holds JSON. */
const jsonSchema = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("must be JSON");
    return z.NEVER;
  }
});

const count = z.number().int().min(0);
const builtSchema = z.strictObject({
  version: count,
  index: blobReferenceSchema,
  buckets: z.array(z.strictObject({ ...blobReferenceSchema.shape, people: count, faces: count })),
});

const galleryRowSchema = z.object({
  name: z.string(),
  version: count,
  embedder: digestSchema,
  dimensions: count,
  thresholds: jsonSchema.pipe(galleryThresholdsSchema),
  thresholdsSet: jsonSchema.pipe(thresholdsSetSchema).nullable(),
  modelThresholds: jsonSchema.pipe(embedderThresholdsSchema).nullable(),
  createdMs: z.number(),
  changedMs: z.number(),
  built: jsonSchema.pipe(builtSchema).nullable(),
  superseded: jsonSchema.pipe(z.array(digestSchema)),
});

const personRowSchema = z.object({
  personId: z.string(),
  gallery: z.string(),
  name: z.string(),
  metadata: jsonSchema.pipe(z.record(z.string(), z.string())),
  createdMs: z.number(),
  changedMs: z.number(),
  enrolled: count,
  rejected: count,
});

const faceRowSchema = z.object({
  faceId: z.string(),
  personId: z.string(),
  kind: z.enum(["enrolled", "rejected"]),
  eyeDistance: z.number(),
  sharpness: z.number(),
  cropDigest: digestSchema,
  cropSize: count,
  source: z.string(),
  createdMs: z.number(),
});

/**
 * Converts a row of a query to a record. Throws `home_unusable` if the row is malformed, as do the
 * other two conversions.
 */
export function galleryOfRow(row: unknown): GalleryRecord {
  return parseAs(galleryRowSchema, row, { what: "A gallery in the store of people", code: "home_unusable" });
}

export function personOfRow(row: unknown): CountedPerson {
  return parseAs(personRowSchema, row, { what: "A person in the store of people", code: "home_unusable" });
}

export function faceOfRow(row: unknown): FaceRecord {
  const { eyeDistance, sharpness, cropDigest, cropSize, ...face } = parseAs(faceRowSchema, row, {
    what: "A face in the store of people",
    code: "home_unusable",
  });
  return { ...face, quality: { eyeDistance, sharpness }, crop: { digest: cropDigest, size: cropSize } };
}

/** Encodes a vector as 32-bit floats, little-endian. */
export function bytesOfVector(vector: Float32Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (let index = 0; index < vector.length; index++) view.setFloat32(index * 4, vector[index], true);
  return new Uint8Array(view.buffer);
}

/** Decodes the bytes of {@linkcode bytesOfVector}. Throws `home_unusable` for any others. */
export function vectorOfBytes(bytes: unknown): Float32Array<ArrayBuffer> {
  if (!(bytes instanceof Uint8Array) || bytes.length % 4 !== 0) {
    throw new DmlError("home_unusable", "An embedding in the store of people is not a row of numbers.");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}
