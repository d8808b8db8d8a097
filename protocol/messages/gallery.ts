import { byteCountSchema, galleryNameSchema, type Infer, z } from "../schema.ts";
import { blobReferenceSchema } from "./task.ts";

const version = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/**
 * Master to node: use this version of a gallery from now on. The node fetches the parts of the
 * index that it lacks, by digest.
 */
export const galleryOfferSchema = z.strictObject({
  type: z.literal("gallery.offer"),
  gallery: galleryNameSchema,
  version,
  index: blobReferenceSchema,
});

/** Master to node: this gallery no longer exists. */
export const galleryRetireSchema = z.strictObject({
  type: z.literal("gallery.retire"),
  gallery: galleryNameSchema,
});

/** Node to master: every worker uses this version now. */
export const galleryReadySchema = z.strictObject({
  type: z.literal("gallery.ready"),
  gallery: galleryNameSchema,
  version,
  /** Bytes that were fetched for it. */
  fetchedBytes: byteCountSchema,
});

/**
 * Node to master: this version cannot be used here, with the reason. The workers may still use an
 * older one.
 */
export const galleryFailedSchema = z.strictObject({
  type: z.literal("gallery.failed"),
  gallery: galleryNameSchema,
  version,
  code: z.string().max(64),
  reason: z.string().max(2_000),
});

export type GalleryOffer = Infer<typeof galleryOfferSchema>;
export type GalleryRetire = Infer<typeof galleryRetireSchema>;
export type GalleryReady = Infer<typeof galleryReadySchema>;
export type GalleryFailed = Infer<typeof galleryFailedSchema>;
