import type { FacesPage } from "../../protocol/http_api/people_api.ts";
import { encodeVector } from "../../protocol/http_api/people_archive.ts";
import { faceEntryOf } from "./people_listing.ts";
import type { GalleryRecord, PeopleStore } from "./people_store.ts";

/** Number of faces with which a page ends; it holds at least one person, with all their faces. */
const FACES_MAX = 500;

/**
 * Returns a page of the people of a gallery by name, each with the faces that have an embedding by
 * the embedder in force, oldest first. It ends early when it has many faces.
 */
export function facePage(
  { name: gallery, embedder }: GalleryRecord,
  options: { store: PeopleStore; after: string | null; limit: number },
): FacesPage {
  const { store, after, limit } = options;
  const found = store.people(gallery, { after, limit: limit + 1 });
  const people: FacesPage["people"] = [];
  let count = 0;
  for (const { personId, name } of found.slice(0, limit)) {
    const faces = store.embeddedFaces(personId, embedder);
    count += faces.length;
    if (people.length > 0 && count > FACES_MAX) break;
    people.push({
      name,
      faces: faces.map((face) => ({ ...faceEntryOf(face), embedding: encodeVector(face.embedding) })),
    });
  }
  return { people, next: people.length < found.length ? people[people.length - 1].name : null };
}
