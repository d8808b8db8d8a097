import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { encodeArchiveLine, encodeVector, headerOf } from "../../protocol/http_api/people_archive.ts";
import type { GalleryRecord, PeopleStore } from "./people_store.ts";

/** Number of people read from the store at once. */
const PAGE = 100;

/**
 * Yields the lines of an archive of a gallery, in the state in which each line is read. A face
 * whose crop is damaged or missing is left out, counted in the last line, and named in the log.
 */
export async function* exportPeople(
  record: GalleryRecord,
  { store, durable, log }: { store: PeopleStore; durable: BlobStore; log: Log },
): AsyncGenerator<string> {
  const { name: gallery, embedder, dimensions, thresholds, thresholdsSet } = record;
  const set = thresholdsSet === null ? {} : { thresholdsSet };
  yield encodeArchiveLine({ header: headerOf({ gallery, embedder, dimensions, thresholds, ...set }) });
  const end = { people: 0, faces: 0 };
  let lost = 0;
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
        const bytes = await cropOf(crop.digest, durable);
        if (bytes === null) {
          lost++;
          log.warn("A face is left out of an export: its crop is damaged or missing.", {
            gallery,
            person: name,
            faceId,
            source,
          });
          continue;
        }
        yield encodeArchiveLine({ face: { kind, quality, source, createdMs, embedding, crop: bytes.toBase64() } });
        end.faces++;
      }
    }
    if (page.length < PAGE) break;
    after = page[page.length - 1].name;
  }
  yield encodeArchiveLine({ end: lost > 0 ? { ...end, lost } : end });
}

/** Returns the bytes of a crop; `null` if they are damaged or missing. */
async function cropOf(digest: Digest, durable: BlobStore): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await durable.read(digest);
  } catch (error) {
    if (!["blob_corrupt", "blob_not_found"].includes(asDmlError(error).code)) throw error;
    return null;
  }
}
