import type { GalleryPerson } from "./gallery_bucket.ts";
import { type GalleryReader, openGallery } from "./gallery_reader.ts";
import { GalleryRows } from "./gallery_rows.ts";
import type { GalleryView } from "./gallery_view.ts";
import { buildPeopleTable } from "./people_table.ts";

/**
 * Opens a reader of people who are at hand as a whole, without an index and buckets. Throws
 * `gallery_invalid` if there is not enough memory for their faces.
 */
export function openPeople(
  people: readonly GalleryPerson[],
  version: Omit<GalleryView, "memory" | "people">,
): GalleryReader {
  const rows = new GalleryRows(version);
  const placed = people.map(({ id, name, faces, rejected }) => {
    return {
      id,
      name,
      faces: faces.map((face) => rows.write(face)),
      rejected: rejected.map((face) => rows.write(face)),
    };
  });
  return openGallery({ ...version, memory: rows.memory, people: buildPeopleTable(placed, rows.slotCount) });
}
