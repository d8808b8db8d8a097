import { byteCountSchema, galleryNameSchema, type Infer, z } from "../schema.ts";
import { blobReferenceSchema } from "./task.ts";

const version = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Master to node: these are the people of this gallery from now on. The node fetches what it lacks of the index by digest. */
export const galleryOfferSchema = z.strictObject({
  type: z.literal("gallery.offer"),
  gallery: galleryNameSchema,
  version,
  index: blobReferenceSchema,
});

/** Master to node: there is no such gallery any more. */
export const galleryRetireSchema = z.strictObject({
  type: z.literal("gallery.retire"),
  gallery: galleryNameSchema,
});

/** Node to master: this version is in force on every worker. */
export const galleryReadySchema = z.strictObject({
  type: z.literal("gallery.ready"),
  gallery: galleryNameSchema,
  version,
  /** What had to be moved for it. */
  fetchedBytes: byteCountSchema,
});

/** Node to master: this version cannot be had here, and why; an older one may still be in force. */
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
