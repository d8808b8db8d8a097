import type { GalleryListing, PersonDetail, PersonEntry } from "../../protocol/http_api/people_api.ts";
import { facesInForce } from "./build_gallery.ts";
import type { CountedPerson, FaceRecord, GalleryRecord, PeopleStore } from "./people_store.ts";
import { lookalikeMin, thresholdsInForce, thresholdsOrigin } from "./thresholds_in_force.ts";

/** Returns a gallery in the form that users receive. */
export function listingOf(
  record: GalleryRecord,
  store: PeopleStore,
  progress: { progressOf(gallery: string): GalleryListing["reembedding"] },
): GalleryListing {
  const { name, version, embedder, dimensions, createdMs, changedMs } = record;
  const faces = facesInForce(record);
  const { people, enrolled: enrolledFaces, rejected: rejectedFaces } = store.counts(name);
  return {
    name,
    version,
    people,
    enrolledFaces,
    rejectedFaces,
    embedder,
    dimensions,
    thresholds: thresholdsInForce(record, faces),
    thresholdsOrigin: thresholdsOrigin(record, faces),
    lookalikeMin: lookalikeMin(record, faces),
    createdMs,
    changedMs,
    reembedding: progress.progressOf(name),
  };
}

/** Returns a person in the form that users receive. */
export function entryOf({ gallery: _, ...person }: CountedPerson): PersonEntry {
  return { ...person, metadata: { ...person.metadata } };
}

/** Returns a face in the form that users receive, without the place of its crop. */
export function faceEntryOf({ faceId, kind, quality, source, createdMs }: FaceRecord): PersonDetail["faces"][number] {
  return { faceId, kind, quality, source, createdMs };
}
