import { DatabaseSync } from "node:sqlite";
import { bucketOf, type GalleryPerson } from "../../models/gallery/gallery_bucket.ts";
import { GALLERY_BUCKETS_MAX } from "../../models/gallery/gallery_index.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type {
  BucketChoice,
  CountedPerson,
  EmbeddedFace,
  FaceEmbedding,
  FaceRecord,
  GalleryRecord,
  PeopleChange,
  PeopleCounts,
  PeopleStore,
  PersonRecord,
} from "./people_store.ts";
import { bytesOfVector, faceOfRow, galleryOfRow, personOfRow, vectorOfBytes } from "./sqlite_people_rows.ts";
import { migratePeople } from "./sqlite_people_schema.ts";
import { AcknowledgedChanges, checkAcknowledged, type WitnessOptions } from "../ledger/acknowledged_changes.ts";
import { checkIntegrity } from "../ledger/sqlite_file.ts";
import { WriteAheadLog } from "../ledger/write_ahead_log.ts";
import { type PeopleStatements, preparePeople } from "./sqlite_people_statements.ts";

const DESCRIBED = { what: "The store of people", tables: { galleries: "galleries", people: "people", faces: "faces" } };

/**
 * A store of people in one SQLite file, with a write-ahead log beside it. Removed data is
 * overwritten, not only unlinked.
 */
export class SqlitePeopleStore implements PeopleStore {
  readonly #database: DatabaseSync;
  readonly #changes: AcknowledgedChanges;
  readonly #log: WriteAheadLog;
  readonly #statements: PeopleStatements;

  private constructor(path: string, { database, changes }: { database: DatabaseSync; changes: AcknowledgedChanges }) {
    this.#database = database;
    this.#changes = changes;
    this.#log = new WriteAheadLog(database, path);
    this.#statements = preparePeople(database);
  }

  /**
   * Opens or creates the file at `path`, and migrates one of an older dml. Throws `home_unusable`
   * if it cannot be opened, is damaged, lacks acknowledged changes, or was written by a newer dml.
   */
  static open(path: string, options: WitnessOptions = {}): SqlitePeopleStore {
    let database: DatabaseSync | null = null;
    checkAcknowledged(path, { described: DESCRIBED, ...options });
    try {
      database = new DatabaseSync(path);
      // FULL: changes are on the disk when `apply` returns, whatever happens to the machine
      // afterwards.
      database.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;`,
      );
      checkIntegrity(database);
      migratePeople(database, path);
      return new SqlitePeopleStore(path, {
        database,
        changes: AcknowledgedChanges.open(database, { ...options, path, described: DESCRIBED }),
      });
    } catch (error) {
      database?.close();
      throw unusable(path, error);
    }
  }

  galleries(): GalleryRecord[] {
    return this.#statements.galleries.all().map(galleryOfRow);
  }

  gallery(name: string): GalleryRecord | null {
    const row = this.#statements.gallery.get(name);
    return row === undefined ? null : galleryOfRow(row);
  }

  lastVersionOf(gallery: string): number {
    return Number(this.#statements.lastVersion.get(gallery)?.version ?? 0);
  }

  counts(gallery: string): PeopleCounts {
    const row = this.#statements.counts.get({ gallery });
    return { people: this.peopleCount(gallery), enrolled: Number(row?.enrolled), rejected: Number(row?.rejected) };
  }

  peopleCount(gallery: string): number {
    return Number(this.#statements.peopleCount.get(gallery)?.people);
  }

  people(gallery: string, page: { after: string | null; limit: number }): CountedPerson[] {
    return this.#statements.people.all({ gallery, ...page }).map(personOfRow);
  }

  person(gallery: string, name: string): CountedPerson | null {
    const row = this.#statements.person.get({ gallery, name });
    return row === undefined ? null : personOfRow(row);
  }

  faces(personId: string): FaceRecord[] {
    return this.#statements.faces.all(personId).map(faceOfRow);
  }

  face(faceId: string): FaceRecord | null {
    const row = this.#statements.face.get(faceId);
    return row === undefined ? null : faceOfRow(row);
  }

  embeddedFaces(personId: string, embedder: Digest): EmbeddedFace[] {
    return this.#statements.embeddedFaces.all({ personId, embedder })
      .map((row) => ({ ...faceOfRow(row), embedding: vectorOfBytes(row.vector) }));
  }

  bucket({ gallery, embedder, bucket, buckets }: BucketChoice): GalleryPerson[] {
    const people = new Map<string, { id: string; name: string; faces: Float32Array[]; rejected: Float32Array[] }>();
    for (const row of this.#statements.bucket.all({ gallery, embedder, bucket, mask: buckets - 1 })) {
      const id = String(row.personId);
      const person = people.get(id) ?? { id, name: String(row.name), faces: [], rejected: [] };
      people.set(id, person);
      person[row.kind === "enrolled" ? "faces" : "rejected"].push(vectorOfBytes(row.vector));
    }
    return [...people.values()].filter(({ faces }) => faces.length > 0);
  }

  facesWithout(gallery: string, embedder: Digest, page: { after: string | null; limit: number }): FaceRecord[] {
    return this.#statements.facesWithout.all({ gallery, embedder, ...page }).map(faceOfRow);
  }

  countWithout(gallery: string, embedder: Digest): number {
    return Number(this.#statements.countWithout.get({ gallery, embedder })?.faces);
  }

  isCropUsed(digest: Digest): boolean {
    return this.#statements.cropUser.get(digest) !== undefined;
  }

  apply(changes: readonly PeopleChange[]): void {
    const write = () => changes.forEach((change) => this.#keep(change));
    this.#changes.transact({ what: "The store of people", write });
    // The write-ahead log still holds the removed data, until it is written back and truncated.
    if (changes.some(({ type }) => type.endsWith("_removed"))) this.#log.truncate();
  }

  /** Copies the store as it is now to a new file, while it is in use. */
  copyTo(path: string): Promise<void> {
    return this.#log.copyTo(path);
  }

  close(): void {
    if (!this.#database.isOpen) return;
    this.#changes[Symbol.dispose]();
    this.#database.close();
  }

  #keep(change: PeopleChange): void {
    const statements = this.#statements;
    switch (change.type) {
      case "gallery_put":
        return this.#putGallery(change.record);
      case "gallery_removed":
        statements.rememberVersion.run(change.gallery);
        statements.removeGallery.run(change.gallery);
        return;
      case "person_put":
        return this.#putPerson(change.record);
      case "person_removed":
        statements.removePerson.run(change.personId);
        return;
      case "face_added":
        this.#addFace(change.face);
        for (const embedding of change.embeddings) this.#addEmbedding(change.face.faceId, embedding);
        return;
      case "face_removed":
        statements.removeFace.run(change.faceId);
        return;
      case "faces_moved":
        statements.moveFaces.run({ fromPersonId: change.fromPersonId, toPersonId: change.toPersonId });
        return;
      case "embedding_added":
        return this.#addEmbedding(change.faceId, change.embedding);
      case "embeddings_dropped":
        statements.dropEmbeddings.run({ gallery: change.gallery, embedder: change.exceptEmbedder });
        return;
    }
  }

  #putGallery({ thresholds, thresholdsSet, modelThresholds, built, superseded, ...record }: GalleryRecord): void {
    this.#statements.putGallery.run({
      ...record,
      thresholds: JSON.stringify(thresholds),
      thresholdsSet: thresholdsSet === null ? null : JSON.stringify(thresholdsSet),
      modelThresholds: modelThresholds === null ? null : JSON.stringify(modelThresholds),
      built: built === null ? null : JSON.stringify(built),
      superseded: JSON.stringify(superseded),
    });
  }

  #putPerson({ personId, gallery, name, metadata, createdMs, changedMs }: PersonRecord): void {
    const slot = bucketOf(personId, GALLERY_BUCKETS_MAX);
    const { changes } = this.#statements.putPerson.run({
      personId,
      gallery,
      name,
      slot,
      metadata: JSON.stringify(metadata),
      createdMs,
      changedMs,
    });
    invariant(Number(changes) === 1, `${personId} was not kept`);
  }

  #addFace({ quality, crop, ...face }: FaceRecord): void {
    const { faceId, personId, kind, source, createdMs } = face;
    this.#statements.addFace.run({
      faceId,
      personId,
      kind,
      source,
      createdMs,
      eyeDistance: quality.eyeDistance,
      sharpness: quality.sharpness,
      cropDigest: crop.digest,
      cropSize: crop.size,
    });
  }

  #addEmbedding(faceId: string, { embedder, vector }: FaceEmbedding): void {
    this.#statements.addEmbedding.run({ faceId, embedder, vector: bytesOfVector(vector) });
  }
}

function unusable(path: string, error: unknown): DmlError {
  const why = error instanceof Error ? error.message : String(error);
  return new DmlError("home_unusable", `The store of people ${path} cannot be used: ${why}`, {
    cause: error,
    advice: "Restore a backup, or move the file away to start anew and bring the people back with `dml people import`.",
  });
}
