import { bucketOf, type GalleryPerson } from "../../models/gallery/gallery_bucket.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type {
  BucketChoice,
  CountedPerson,
  EmbeddedFace,
  FaceRecord,
  GalleryRecord,
  PeopleChange,
  PeopleCounts,
  PeopleStore,
  PersonRecord,
} from "./people_store.ts";

/** Embeddings of one face, by embedder. */
type Embeddings = ReadonlyMap<Digest, Float32Array<ArrayBuffer>>;

/** All stored records. A change is made to a copy, which then replaces the original. */
class Tables {
  readonly galleries: Map<string, GalleryRecord>;
  readonly lastVersions: Map<string, number>;
  readonly people: Map<string, PersonRecord>;
  readonly faces: Map<string, FaceRecord>;
  readonly embeddings: Map<string, Embeddings>;

  constructor(other?: Tables) {
    this.galleries = new Map(other?.galleries);
    this.lastVersions = new Map(other?.lastVersions);
    this.people = new Map(other?.people);
    this.faces = new Map(other?.faces);
    this.embeddings = new Map(other?.embeddings);
  }

  peopleOf(gallery: string): PersonRecord[] {
    return [...this.people.values()].filter((person) => person.gallery === gallery);
  }

  facesOf(personId: string): FaceRecord[] {
    return [...this.faces.values()].filter((face) => face.personId === personId);
  }

  change(change: PeopleChange): void {
    switch (change.type) {
      case "gallery_put":
        this.galleries.set(change.record.name, change.record);
        return;
      case "gallery_removed":
        for (const { personId } of this.peopleOf(change.gallery)) this.removePerson(personId);
        this.lastVersions.set(change.gallery, this.galleries.get(change.gallery)?.version ?? 0);
        this.galleries.delete(change.gallery);
        return;
      case "person_put":
        return this.putPerson(change.record);
      case "person_removed":
        return this.removePerson(change.personId);
      case "face_added":
        invariant(this.people.has(change.face.personId), `${change.face.personId} is nobody`);
        invariant(!this.faces.has(change.face.faceId), `${change.face.faceId} is there already`);
        this.faces.set(change.face.faceId, change.face);
        this.embeddings.set(
          change.face.faceId,
          new Map(change.embeddings.map(({ embedder, vector }) => [embedder, vector])),
        );
        return;
      case "face_removed":
        return this.removeFace(change.faceId);
      case "faces_moved":
        invariant(this.people.has(change.toPersonId), `${change.toPersonId} is nobody`);
        for (const face of this.facesOf(change.fromPersonId)) {
          this.faces.set(face.faceId, { ...face, personId: change.toPersonId });
        }
        return;
      case "embedding_added": {
        const { faceId, embedding: { embedder, vector } } = change;
        invariant(this.faces.has(faceId), `${faceId} is no face`);
        this.embeddings.set(faceId, new Map(this.embeddings.get(faceId)).set(embedder, vector));
        return;
      }
      case "embeddings_dropped":
        for (const { personId } of this.peopleOf(change.gallery)) {
          for (const { faceId } of this.facesOf(personId)) {
            const kept = [...this.embeddings.get(faceId) ?? []].filter(([digest]) => digest === change.exceptEmbedder);
            this.embeddings.set(faceId, new Map(kept));
          }
        }
    }
  }

  putPerson(record: PersonRecord): void {
    invariant(this.galleries.has(record.gallery), `${record.gallery} is no gallery`);
    const isTaken = this.peopleOf(record.gallery).some(({ name, personId }) =>
      name === record.name && personId !== record.personId
    );
    invariant(!isTaken, `${record.gallery} has a ${record.name} already`);
    this.people.set(record.personId, record);
  }

  removePerson(personId: string): void {
    for (const { faceId } of this.facesOf(personId)) this.removeFace(faceId);
    this.people.delete(personId);
  }

  removeFace(faceId: string): void {
    this.faces.delete(faceId);
    this.embeddings.delete(faceId);
  }
}

/** A store of people that lasts as long as the process: for tests, and for `dml predict`. */
export class MemoryPeopleStore implements PeopleStore {
  #tables = new Tables();

  galleries(): GalleryRecord[] {
    return [...this.#tables.galleries.values()].sort((one, other) => one.name < other.name ? -1 : 1);
  }

  gallery(name: string): GalleryRecord | null {
    return this.#tables.galleries.get(name) ?? null;
  }

  lastVersionOf(gallery: string): number {
    return this.#tables.lastVersions.get(gallery) ?? 0;
  }

  counts(gallery: string): PeopleCounts {
    const people = this.#tables.peopleOf(gallery);
    const kinds = people.flatMap(({ personId }) => this.#tables.facesOf(personId).map(({ kind }) => kind));
    const enrolled = kinds.filter((kind) => kind === "enrolled").length;
    return { people: people.length, enrolled, rejected: kinds.length - enrolled };
  }

  peopleCount(gallery: string): number {
    return this.#tables.peopleOf(gallery).length;
  }

  people(gallery: string, { after, limit }: { after: string | null; limit: number }): CountedPerson[] {
    const people = this.#tables.peopleOf(gallery).sort((one, other) => byteOrder(one.name, other.name));
    const behind = people.filter(({ name }) => after === null || byteOrder(name, after) > 0);
    return behind.slice(0, limit).map((person) => this.#counted(person));
  }

  person(gallery: string, name: string): CountedPerson | null {
    const person = this.#tables.peopleOf(gallery).find((candidate) => candidate.name === name);
    return person === undefined ? null : this.#counted(person);
  }

  faces(personId: string): FaceRecord[] {
    return this.#tables.facesOf(personId).sort(byAge);
  }

  face(faceId: string): FaceRecord | null {
    return this.#tables.faces.get(faceId) ?? null;
  }

  embeddedFaces(personId: string, embedder: Digest): EmbeddedFace[] {
    return this.faces(personId).flatMap((face) => {
      const embedding = this.#tables.embeddings.get(face.faceId)?.get(embedder);
      return embedding === undefined ? [] : [{ ...face, embedding }];
    });
  }

  bucket({ gallery, embedder, bucket, buckets }: BucketChoice): GalleryPerson[] {
    const people = this.#tables.peopleOf(gallery).filter(({ personId }) => bucketOf(personId, buckets) === bucket);
    return people.sort((one, other) => one.personId < other.personId ? -1 : 1).flatMap(({ personId, name }) => {
      const all = this.embeddedFaces(personId, embedder);
      const [faces, rejected] = (["enrolled", "rejected"] as const)
        .map((wanted) => all.filter(({ kind }) => kind === wanted).map(({ embedding }) => embedding));
      return faces.length === 0 ? [] : [{ id: personId, name, faces, rejected }];
    });
  }

  facesWithout(
    gallery: string,
    embedder: Digest,
    { after, limit }: { after: string | null; limit: number },
  ): FaceRecord[] {
    return this.#without(gallery, embedder).filter(({ faceId }) => after === null || faceId > after).slice(0, limit);
  }

  countWithout(gallery: string, embedder: Digest): number {
    return this.#without(gallery, embedder).length;
  }

  isCropUsed(digest: Digest): boolean {
    return [...this.#tables.faces.values()].some(({ crop }) => crop.digest === digest);
  }

  apply(changes: readonly PeopleChange[]): void {
    const next = new Tables(this.#tables);
    for (const change of changes) next.change(change);
    this.#tables = next;
  }

  close(): void {}

  #counted(person: PersonRecord): CountedPerson {
    const faces = this.#tables.facesOf(person.personId);
    const enrolled = faces.filter(({ kind }) => kind === "enrolled").length;
    return { ...person, enrolled, rejected: faces.length - enrolled };
  }

  #without(gallery: string, embedder: Digest): FaceRecord[] {
    return this.#tables.peopleOf(gallery)
      .flatMap(({ personId }) => this.#tables.facesOf(personId))
      .filter(({ faceId }) => !this.#tables.embeddings.get(faceId)?.has(embedder))
      .sort((one, other) => one.faceId < other.faceId ? -1 : 1);
  }
}

function byAge(one: FaceRecord, other: FaceRecord): number {
  return one.createdMs - other.createdMs || (one.faceId < other.faceId ? -1 : 1);
}

/** Compares text like SQLite: by its bytes in UTF-8, which is the order of the code points. */
function byteOrder(one: string, other: string): number {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(one), encoder.encode(other)];
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    if (left[index] !== right[index]) return left[index] - right[index];
  }
  return left.length - right.length;
}
