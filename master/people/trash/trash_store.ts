import { trashEntrySchema } from "../../../protocol/http_api/trash_api.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { idSchema, type Infer, z } from "../../../protocol/schema.ts";

/** An entry as it is stored. */
export const storedEntrySchema = z.strictObject({
  ...trashEntrySchema.shape,
  /** Ids of the faces that a merge moved to the other person. */
  movedFaceIds: z.array(idSchema).max(2 * LIMITS.galleryFacesPerPersonMax),
  /** Number of archives that hold the people. */
  archives: z.number().int().min(1).max(LIMITS.galleryPeopleMax),
});

export type StoredEntry = Infer<typeof storedEntrySchema>;

/**
 * Port for removed people that can still be brought back. Adapters: a directory, memory. An entry
 * is there as a whole or not at all.
 */
export interface TrashStore {
  /** Keeps `archives`, each the text of an archive of people, under the entry that `entry` returns afterwards. */
  put(entryId: string, archives: AsyncIterable<string>, entry: (archives: number) => StoredEntry): Promise<void>;
  /** Returns every entry, in no order. */
  list(): Promise<StoredEntry[]>;
  /** Returns the archive number `index` of an entry. Throws `blob_not_found` if it is not there. */
  read(entryId: string, index: number): Promise<string>;
  /** Deletes an entry, if it is there. */
  delete(entryId: string): Promise<void>;
}
