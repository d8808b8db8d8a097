import type { InForceAnswer } from "../../../protocol/http_api/people_api.ts";
import type { Restored } from "../../../protocol/http_api/trash_api.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { GalleryChange, GalleryWriter } from "../gallery_writer.ts";
import type { CountedPerson, FaceRecord, GalleryRecord, PeopleChange, PeopleStore } from "../people_store.ts";
import { identifiedFaces, isRoomFor, joinFaces } from "../same_face.ts";
import type { Restoring, Trash } from "./trash.ts";

/** A change of a gallery, before its record is known. */
export type PreparedChange = Omit<GalleryChange, "record"> & { patch?: Partial<GalleryRecord> };

export interface RemovalOptions {
  readonly store: PeopleStore;
  readonly galleryWriter: GalleryWriter;
  readonly trash: Trash;
  /** Returns a gallery. Throws `gallery_unknown`. */
  readonly recordOf: (gallery: string) => GalleryRecord;
  /** Returns a person. Throws `person_unknown`. */
  readonly personOf: (gallery: string, name: string) => CountedPerson;
  readonly change: (
    gallery: string,
    prepare: (record: GalleryRecord, nowMs: number) => PreparedChange,
  ) => Promise<InForceAnswer>;
}

/** Choice between the trash and the end. */
export interface RemovalChoice {
  /** True to keep nothing in the trash. */
  readonly forGood?: boolean;
}

/**
 * Removes people, faces and galleries, and merges people. What is gone is in the trash for a time,
 * unless it is to be gone for good.
 */
export class Removal {
  readonly #options: RemovalOptions;

  constructor(options: RemovalOptions) {
    this.#options = options;
  }

  /** Removes a gallery with everybody in it. */
  async gallery(name: string, { forGood = false }: RemovalChoice = {}): Promise<void> {
    const { store, galleryWriter, trash, recordOf } = this.#options;
    const record = recordOf(name);
    if (!forGood) await trash.keep(record, { kind: "gallery", choice: null });
    const people = store.people(name, { after: null, limit: LIMITS.galleryPeopleMax });
    await galleryWriter.remove(record, people.flatMap(({ personId }) => cropsOf(store.faces(personId))));
  }

  /** Removes a person with all their faces and crops. */
  async person(gallery: string, name: string, { forGood = false }: RemovalChoice = {}): Promise<InForceAnswer> {
    const { store, trash, recordOf, personOf, change } = this.#options;
    const record = recordOf(gallery);
    personOf(gallery, name);
    if (!forGood) await trash.keep(record, { kind: "person", name, choice: { name, faceId: null } });
    return await change(gallery, () => {
      const { personId } = personOf(gallery, name);
      const dropped = cropsOf(store.faces(personId));
      return { changes: [{ type: "person_removed", personId }], people: [personId], dropped };
    });
  }

  /** Removes one face of a person, enrolled or rejected. Throws `face_unknown`. */
  async face(
    gallery: string,
    { name, faceId }: { readonly name: string; readonly faceId: string },
    { forGood = false }: RemovalChoice = {},
  ): Promise<InForceAnswer> {
    const { trash, recordOf, change } = this.#options;
    const record = recordOf(gallery);
    this.#faceOf(gallery, { name, faceId });
    if (!forGood) await trash.keep(record, { kind: "face", name, choice: { name, faceId } });
    return await change(gallery, () => {
      const { personId, face } = this.#faceOf(gallery, { name, faceId });
      return { changes: [{ type: "face_removed", faceId }], people: [personId], dropped: cropsOf([face]) };
    });
  }

  /**
   * Moves every face of `from` to `name` and removes `from`. A face that both have stays once, see
   * {@linkcode joinFaces}. Where both have a metadata field, that of `name` wins.
   */
  async merge(gallery: string, name: string, from: string): Promise<InForceAnswer> {
    const { store, trash, recordOf, personOf, change } = this.#options;
    const record = recordOf(gallery);
    const { into, source, repeated, left } = this.#merged(record, name, from);
    if (!isRoomFor(left)) {
      throw new DmlError("galleries_full", `${name} and ${from} together have too many faces for one person.`);
    }
    const repeatedIds = new Set(repeated.map(({ faceId }) => faceId));
    const movedFaceIds = store.faces(source.personId).map(({ faceId }) => faceId).filter((id) => !repeatedIds.has(id));
    await trash.keep(record, {
      kind: "merge",
      name: source.name,
      into: into.name,
      movedFaceIds,
      choice: { name: source.name, faceId: null },
    });
    return await change(gallery, (current, nowMs) => {
      const { into, source, repeated } = this.#merged(current, name, from);
      const { enrolled: _enrolled, rejected: _rejected, ...known } = personOf(gallery, name);
      const merged = { ...known, metadata: { ...source.metadata, ...known.metadata }, changedMs: nowMs };
      const changes: PeopleChange[] = [
        ...repeated.map(({ faceId }) => ({ type: "face_removed", faceId } as const)),
        { type: "faces_moved", fromPersonId: source.personId, toPersonId: into.personId },
        { type: "person_removed", personId: source.personId },
        { type: "person_put", record: merged },
      ];
      return { changes, people: [source.personId, into.personId], dropped: cropsOf(repeated) };
    });
  }

  /** Brings an entry of the trash back; a merge is split again. Throws `trash_unknown`. */
  async undo(gallery: string, entryId: string, importing: Restoring["import"]): Promise<Restored> {
    return await this.#options.trash.restore(gallery, entryId, {
      import: importing,
      takeFaces: async (name, faceIds) => {
        const { store } = this.#options;
        const person = store.person(gallery, name);
        const faces = faceIds.flatMap((faceId) => store.face(faceId) ?? [])
          .filter(({ personId }) => personId === person?.personId);
        if (person === null || faces.length === 0) return;
        // Their crops stay: the import that follows needs them.
        await this.#options.change(gallery, () => ({
          changes: faces.map(({ faceId }) => ({ type: "face_removed", faceId } as const)),
          people: [person.personId],
        }));
      },
    });
  }

  #merged({ name: gallery, embedder }: GalleryRecord, name: string, from: string) {
    const { store, personOf } = this.#options;
    const [into, source] = [personOf(gallery, name), personOf(gallery, from)];
    if (source.personId === into.personId) {
      throw new DmlError("request_invalid", `${name} cannot be merged with themselves.`);
    }
    const [own, moved] = [into, source].map(({ personId }) => identifiedFaces(store, { personId, embedder }));
    return { into, source, ...joinFaces(own, moved) };
  }

  #faceOf(
    gallery: string,
    { name, faceId }: { readonly name: string; readonly faceId: string },
  ): { personId: string; face: FaceRecord } {
    const { store, personOf } = this.#options;
    const { personId } = personOf(gallery, name);
    const face = store.face(faceId);
    if (face !== null && face.personId === personId) return { personId, face };
    throw new DmlError("face_unknown", `${name} has no face ${faceId}.`);
  }
}

function cropsOf(faces: readonly Pick<FaceRecord, "crop">[]) {
  return faces.map(({ crop }) => crop.digest);
}
