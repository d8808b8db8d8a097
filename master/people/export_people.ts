import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { encodeArchiveLine, encodeVector, headerOf } from "../../protocol/http_api/people_archive.ts";
import type { GalleryRecord, PeopleStore, PersonRecord } from "./people_store.ts";

/** Number of people read from the store at once. */
const PAGE = 100;

/** Number of people and faces that an archive holds, and of faces that are left out. */
interface Count {
  people: number;
  faces: number;
  lost: number;
}

interface ExportOptions {
  readonly store: PeopleStore;
  readonly durable: BlobStore;
  readonly log: Log;
}

/** The part of a gallery to export: `null` for all of it, else one person, or one of their faces. */
export type ExportChoice = { readonly name: string; readonly faceId: string | null } | null;

/**
 * Yields the lines of an archive of a gallery, in the state in which each line is read. A face
 * whose crop is damaged or missing is left out, counted in the last line, and named in the log.
 */
export async function* exportPeople(record: GalleryRecord, options: ExportOptions): AsyncGenerator<string> {
  yield headerLine(record);
  const count: Count = { people: 0, faces: 0, lost: 0 };
  for (const page of pagesOf(record, options.store)) {
    for (const person of page) yield* personLines(person, { ...options, record, count });
  }
  yield endLine(count);
}

/**
 * Yields the chosen part of a gallery as archives of at most 100 people, each a whole text, and
 * adds up in `count` what they hold.
 */
export async function* exportParts(
  record: GalleryRecord,
  { choice, count: total, ...options }: ExportOptions & {
    readonly choice: ExportChoice;
    readonly count: { people: number; faces: number };
  },
): AsyncGenerator<string> {
  const { store } = options;
  const chosen = choice === null ? null : store.person(record.name, choice.name);
  for (const page of choice === null ? pagesOf(record, store) : [chosen === null ? [] : [chosen]]) {
    const count: Count = { people: 0, faces: 0, lost: 0 };
    const lines = [headerLine(record)];
    for (const person of page) {
      const faces = personLines(person, { ...options, record, count, faceId: choice?.faceId ?? null });
      for await (const line of faces) lines.push(line);
    }
    lines.push(endLine(count));
    total.people += count.people;
    total.faces += count.faces;
    yield lines.join("");
  }
}

function headerLine({ name: gallery, embedder, dimensions, thresholds, thresholdsSet }: GalleryRecord): string {
  const set = thresholdsSet === null ? {} : { thresholdsSet };
  return encodeArchiveLine({ header: headerOf({ gallery, embedder, dimensions, thresholds, ...set }) });
}

function endLine({ lost, ...end }: Count): string {
  return encodeArchiveLine({ end: lost > 0 ? { ...end, lost } : end });
}

function* pagesOf({ name: gallery }: GalleryRecord, store: PeopleStore): Generator<PersonRecord[]> {
  let after: string | null = null;
  for (;;) {
    const page: PersonRecord[] = store.people(gallery, { after, limit: PAGE });
    yield page;
    if (page.length < PAGE) return;
    after = page[page.length - 1].name;
  }
}

async function* personLines(
  { personId, name, metadata, createdMs }: PersonRecord,
  { store, durable, log, record: { name: gallery, embedder }, count, faceId: only = null }: ExportOptions & {
    readonly record: GalleryRecord;
    readonly count: Count;
    /** The only face to export; `null` for all of them. */
    readonly faceId?: string | null;
  },
): AsyncGenerator<string> {
  const sorted = Object.fromEntries(Object.entries(metadata).sort(([one], [other]) => one < other ? -1 : 1));
  yield encodeArchiveLine({ person: { name, metadata: sorted, createdMs } });
  count.people++;
  const vectors = new Map(store.embeddedFaces(personId, embedder).map(({ faceId, embedding }) => [faceId, embedding]));
  for (const { faceId, kind, quality, crop, source, createdMs } of store.faces(personId)) {
    if (only !== null && faceId !== only) continue;
    const vector = vectors.get(faceId);
    const embedding = vector === undefined ? null : encodeVector(vector);
    const bytes = await cropOf(crop.digest, durable);
    if (bytes === null) {
      count.lost++;
      log.warn("A face is left out of an export: its crop is damaged or missing.", {
        gallery,
        person: name,
        faceId,
        source,
      });
      continue;
    }
    yield encodeArchiveLine({ face: { kind, quality, source, createdMs, embedding, crop: bytes.toBase64() } });
    count.faces++;
  }
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
