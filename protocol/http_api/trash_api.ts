import { LIMITS } from "../kernel/limits.ts";
import { galleryNameSchema, idSchema, type Infer, z } from "../schema.ts";
import { inForceSchema, personNameSchema } from "./people_api.ts";

const count = z.number().int().min(0);

/** Things that the trash keeps: a person, one face, a person that became part of another, a gallery. */
const kindSchema = z.enum(["person", "face", "merge", "gallery"]);

/** One thing in the trash of a gallery. */
export const trashEntrySchema = z.strictObject({
  entryId: idSchema,
  kind: kindSchema,
  gallery: galleryNameSchema,
  /** Name of the removed person, or of the one whose face it was; `null` for a whole gallery. */
  name: personNameSchema.nullable(),
  /** Name of the person that the faces went to; `null` if it was no merge. */
  into: personNameSchema.nullable(),
  people: count,
  faces: count,
  /** Milliseconds since the Unix epoch. */
  removedMs: count,
  /** Time after which it is gone for good. */
  expiresMs: count,
});

/** Answer of `GET /v1/galleries/{g}/trash`: the entries, the newest first. */
export const trashSchema = z.strictObject({ entries: z.array(trashEntrySchema).max(LIMITS.trashEntriesMax) });

/** Answer of `POST /v1/galleries/{g}/trash/{id}/restore`. */
export const restoredSchema = z.strictObject({
  entry: trashEntrySchema,
  facesAdded: count,
  /** Faces that are there already. */
  facesKnown: count,
  inForce: inForceSchema.nullable(),
});

/** Answer of `DELETE /v1/galleries/{g}/trash`. */
export const emptiedSchema = z.strictObject({ entries: count });

export type TrashEntry = Infer<typeof trashEntrySchema>;
export type TrashKind = Infer<typeof kindSchema>;
export type Restored = Infer<typeof restoredSchema>;
