import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { encodeArchiveLine, encodeVector, headerOf } from "../../protocol/http_api/people_archive.ts";
import type { GalleryRecord, PeopleStore } from "./people_store.ts";

/** Number of people read from the store at once. */
const PAGE = 100;

/**
 * Yields the lines of an archive of a gallery, in the state in which each line is read. Throws
 * `blob_not_found` if a crop is missing.
 */
export async function* exportPeople(
  record: GalleryRecord,
  { store, durable }: { store: PeopleStore; durable: BlobStore },
): AsyncGenerator<string> {
  const { name: gallery, embedder, dimensions, thresholds, thresholdsSet } = record;
  const set = thresholdsSet === null ? {} : { thresholdsSet };
  yield encodeArchiveLine({ header: headerOf({ gallery, embedder, dimensions, thresholds, ...set }) });
  const end = { people: 0, faces: 0 };
  let after: string | null = null;
  for (;;) {
    const page = store.people(gallery, { after, limit: PAGE });
    for (const { personId, name, metadata, createdMs } of page) {
      const sorted = Object.fromEntries(Object.entries(metadata).sort(([one], [other]) => one < other ? -1 : 1));
      yield encodeArchiveLine({ person: { name, metadata: sorted, createdMs } });
      end.people++;
      const vectors = new Map(
        store.embeddedFaces(personId, embedder).map(({ faceId, embedding }) => [faceId, embedding]),
      );
      for (const { faceId, kind, quality, crop, source, createdMs } of store.faces(personId)) {
        const vector = vectors.get(faceId);
        const embedding = vector === undefined ? null : encodeVector(vector);
        const bytes = await durable.read(crop.digest);
        yield encodeArchiveLine({ face: { kind, quality, source, createdMs, embedding, crop: bytes.toBase64() } });
        end.faces++;
      }
    }
    if (page.length < PAGE) break;
    after = page[page.length - 1].name;
  }
  yield encodeArchiveLine({ end });
}
