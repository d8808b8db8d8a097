import { galleryPath } from "../../../protocol/http_api/paths.ts";
import { restoredSchema, type TrashEntry, trashSchema } from "../../../protocol/http_api/trash_api.ts";
import { ask } from "./ask.ts";

/** Returns what was removed from a gallery and can be brought back, the newest first. */
export async function loadTrash(gallery: string): Promise<TrashEntry[]> {
  return (await ask(galleryPath(gallery, "trash"), trashSchema)).entries;
}

/** Brings back what an entry holds. */
export async function restoreEntry({ gallery, entryId }: TrashEntry): Promise<void> {
  await ask(galleryPath(gallery, `trash/${entryId}/restore`), restoredSchema, { method: "POST" });
}
