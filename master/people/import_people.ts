import { isUnitLength } from "../../models/gallery/unit_length.ts";
import { readImageHeader } from "../../models/image/format.ts";
import type { ImportAnswer } from "../../protocol/http_api/people_api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import {
  type ArchivedFace,
  type ArchivedPerson,
  type ArchiveHeader,
  ArchiveReader,
  decodeBytes,
  decodeVector,
} from "../../protocol/http_api/people_archive.ts";
import { embedCrop } from "./embed_crop.ts";
import type { FaceFinder } from "./face_finder.ts";
import type { GalleryChange, GalleryWriter } from "./gallery_writer.ts";
import { newGallery } from "./new_gallery.ts";
import type { GalleryRecord, PeopleChange, PeopleStore } from "./people_store.ts";
import { type IdentifiedFace, identifiedFaces, isSameFace } from "./same_face.ts";
import { presumedSetting } from "./thresholds_in_force.ts";

/**
 * Maximum width and height of an imported crop, in pixels: a crop is a face, not a whole picture.
 */
const CROP_SIDE_MAX = 2_048;
/** Number of crops embedded at once. */
const FACES_AT_ONCE = 4;

export interface ImportOptions {
  /** Name of the gallery to import into, regardless of the name in the archive. */
  readonly gallery: string;
  readonly store: PeopleStore;
  readonly galleryWriter: GalleryWriter;
  readonly finder: FaceFinder;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal;
}

/** A face of the archive that passed the checks. */
interface CheckedFace {
  readonly archived: ArchivedFace;
  readonly crop: Uint8Array<ArrayBuffer>;
  readonly digest: Digest;
  /** `null` until it is made from the crop, and if no face is found in the crop. */
  vector: Float32Array<ArrayBuffer> | null;
}

interface CheckedPerson {
  readonly archived: ArchivedPerson;
  readonly faces: CheckedFace[];
}

/**
 * Imports the people of an archive into a gallery, all of them or none. A person whose name is in
 * the gallery already gets the faces that they lack; what the gallery says of a face, enrolled or
 * rejected, holds. Embeddings of another embedder are made again from the crops. Throws
 * `archive_invalid`, and every error that a prediction throws.
 */
export async function importPeople(text: string, options: ImportOptions): Promise<ImportAnswer> {
  const { gallery, store, finder, galleryWriter, clock } = options;
  const { header, people } = checkedArchive(text);
  const embedder = store.gallery(gallery)?.embedder ?? finder.embedder();
  const facesLost = await embedMissing(people, { ...options, embedder, isSame: header.embedder === embedder });
  const counted = { peopleAdded: 0, facesAdded: 0, facesKnown: 0 };
  const inForce = await galleryWriter.change(gallery, (known, nowMs) => {
    const record = known ?? emptyRecord(header, people, { ...options, embedder, nowMs });
    if (record === null || record.embedder !== embedder) {
      if (record === null) return null;
      throw new DmlError("attempt_failed", `The gallery ${gallery} has just moved to another embedder.`);
    }
    return prepare(record, people, { ...options, counted, nowMs: clock.wallMs() });
  });
  return { ...counted, facesLost, inForce };
}

function checkedArchive(text: string): { header: ArchiveHeader; people: CheckedPerson[] } {
  const reader = new ArchiveReader();
  const people: CheckedPerson[] = [];
  let header: ArchiveHeader | null = null;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const read = reader.read(line);
    if ("header" in read) header = read.header;
    else if ("person" in read) people.push({ archived: read.person, faces: [] });
    else if ("face" in read && header !== null) {
      people[people.length - 1].faces.push(checkedFace(read.face, header));
    }
  }
  reader.finish();
  if (header === null) throw new DmlError("archive_invalid", "The archive has no header.");
  return { header, people };
}

function checkedFace(archived: ArchivedFace, { dimensions }: ArchiveHeader): CheckedFace {
  const crop = decodeBytes(archived.crop);
  const { format, width, height } = readCropHeader(crop);
  if (format !== "jpeg" || Math.max(width, height) > CROP_SIDE_MAX) {
    throw new DmlError("archive_invalid", `A crop is a ${format} of ${width} x ${height} pixels, not a small JPEG.`);
  }
  const vector = archived.embedding === null ? null : decodeVector(archived.embedding, dimensions);
  if (vector !== null && !isUnitLength(vector)) {
    throw new DmlError("archive_invalid", "An embedding in the archive is not of length 1.");
  }
  return { archived, crop, digest: digestOf(crop), vector };
}

function readCropHeader(crop: Uint8Array) {
  try {
    return readImageHeader(crop);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DmlError("archive_invalid", `A crop in the archive is not a picture: ${why}`, { cause });
  }
}

/**
 * Gives every face an embedding of `embedder`. Returns the number of faces that have none because
 * no face is found in their crop.
 */
async function embedMissing(
  people: readonly CheckedPerson[],
  { finder, embedder, isSame, signal }: ImportOptions & { embedder: Digest; isSame: boolean },
): Promise<number> {
  const missing = people.flatMap(({ faces }) => faces).filter(({ vector }) => vector === null || !isSame);
  let [next, lost] = [0, 0];
  async function pull(): Promise<void> {
    while (next < missing.length) {
      const face = missing[next++];
      try {
        face.vector = await embedCrop(face.crop, { finder, embedder, signal });
      } catch (error) {
        if (!(error instanceof DmlError) || (error.code !== "face_missing" && !error.code.startsWith("image_"))) {
          throw error;
        }
        face.vector = null;
        lost++;
      }
    }
  }
  await Promise.all(Array.from({ length: FACES_AT_ONCE }, pull));
  return lost;
}

/**
 * Returns the record of a new gallery; `null` if no face has an embedding, because the dimensions
 * are those of an embedding.
 */
function emptyRecord(
  header: ArchiveHeader,
  people: readonly CheckedPerson[],
  { gallery, store, finder, embedder, nowMs }: ImportOptions & { embedder: Digest; nowMs: number },
): GalleryRecord | null {
  const vector = people.flatMap(({ faces }) => faces).find(({ vector }) => vector !== null)?.vector;
  if (!vector) return null;
  const { thresholds, thresholdsSet = null } = header;
  const setting = thresholdsSet ?? presumedSetting(thresholds);
  const options = { store, finder, nowMs, embedder, embedding: vector, thresholds, thresholdsSet: setting };
  return newGallery(gallery, options);
}

function prepare(
  record: GalleryRecord,
  people: readonly CheckedPerson[],
  options: ImportOptions & {
    counted: { peopleAdded: number; facesAdded: number; facesKnown: number };
    nowMs: number;
  },
): GalleryChange {
  const { gallery, store, random, counted, nowMs } = options;
  const changes: PeopleChange[] = [];
  const crops: { digest: Digest; bytes: Uint8Array<ArrayBuffer> }[] = [];
  const touched: string[] = [];
  const begun = new Map<string, { personId: string; stored: IdentifiedFace[]; added: IdentifiedFace[] }>();
  const { embedder } = record;
  for (const { archived, faces } of people) {
    const known = store.person(gallery, archived.name);
    let person = begun.get(archived.name);
    if (person === undefined) {
      const personId = known?.personId ?? newId("person", random);
      person = { personId, stored: identifiedFaces(store, { personId, embedder }), added: [] };
      begun.set(archived.name, person);
      touched.push(personId);
      if (known === null) counted.peopleAdded++;
      const metadata = { ...archived.metadata, ...known?.metadata };
      const { name, createdMs } = { ...archived, ...(known === null ? {} : { createdMs: known.createdMs }) };
      changes.push({ type: "person_put", record: { personId, gallery, name, metadata, createdMs, changedMs: nowMs } });
    }
    for (const checked of faces) {
      const { archived: { kind, quality, source, createdMs }, crop, digest, vector } = checked;
      if (vector === null) continue;
      const { personId, stored, added } = person;
      const reference = { digest, size: crop.length };
      const identified = { kind, crop: reference, embedding: vector };
      const isRepeated = added.some((other) => other.crop.digest === digest) || isContradicted(checked, faces);
      if (isRepeated || stored.some((other) => isSameFace(other, identified))) {
        counted.facesKnown++;
        continue;
      }
      const face = { faceId: newId("face", random), personId, kind, quality, crop: reference, source, createdMs };
      added.push(identified);
      changes.push({ type: "face_added", face, embeddings: [{ embedder, vector }] });
      crops.push({ digest, bytes: crop });
      counted.facesAdded++;
    }
    checkRoom([...person.stored, ...person.added], archived.name);
  }
  if (store.peopleCount(gallery) + counted.peopleAdded > LIMITS.galleryPeopleMax) {
    throw new DmlError("galleries_full", `The gallery ${gallery} has no room for ${counted.peopleAdded} more people.`);
  }
  return { record, changes, people: touched, crops };
}

/** Returns true for a rejected face that the same archive holds as enrolled. */
function isContradicted({ archived: { kind }, digest }: CheckedFace, faces: readonly CheckedFace[]): boolean {
  return kind === "rejected" && faces.some((other) => other.archived.kind === "enrolled" && other.digest === digest);
}

function checkRoom(faces: readonly Pick<IdentifiedFace, "kind">[], name: string): void {
  for (const kind of ["enrolled", "rejected"] as const) {
    const count = faces.filter((face) => face.kind === kind).length;
    if (count <= LIMITS.galleryFacesPerPersonMax) continue;
    throw new DmlError("galleries_full", `${name} would have ${count} ${kind} faces.`);
  }
}
