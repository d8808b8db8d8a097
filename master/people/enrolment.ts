import { facesInForce } from "./build_gallery.ts";
import { DEFAULT_THRESHOLDS } from "../../models/gallery/gallery_index.ts";
import type { EnrolAnswer, EnrolWarning } from "../../protocol/http_api/people_api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { Candidate, FaceQuality, Person } from "../../protocol/messages/prediction.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import { checkQuality, chooseFace, type FaceChoice } from "./choose_face.ts";
import type { FaceFinder } from "./face_finder.ts";
import { chooseRejected } from "./choose_rejected.ts";
import type { GalleryChange, GalleryWriter } from "./gallery_writer.ts";
import { newGallery } from "./new_gallery.ts";
import type { FaceKind, FaceRecord, GalleryRecord, PeopleChange, PeopleStore } from "./people_store.ts";
import { type IdentifiedFace, identifiedFaces, isSameFace, likeness, SAME_PICTURE_MIN } from "./same_face.ts";
import { lookalikeMin, thresholdsInForce } from "./thresholds_in_force.ts";

/** Cosine similarity from which another face of a person is too similar to a stored one to keep. */
const NEAR_DUPLICATE_MIN = 0.95;

/** Request to add a face of a picture to a person, as enrolled or as rejected. */
export interface FaceRequest extends FaceChoice {
  readonly gallery: string;
  readonly name: string;
  /** Name of the file that the picture came from, shown to users. */
  readonly source: string;
  /** True to look for faces turned by any angle; absent if not. */
  readonly anyAngle?: boolean;
  readonly signal?: AbortSignal;
}

export interface EnrolmentOptions {
  readonly store: PeopleStore;
  readonly galleryWriter: GalleryWriter;
  readonly finder: FaceFinder;
  readonly clock: Clock;
  readonly random: Random;
}

/** A chosen face, with everything that is stored about it. */
interface ChosenFace {
  readonly embedder: Digest;
  readonly embedding: Float32Array<ArrayBuffer>;
  readonly quality: FaceQuality;
  readonly crop: BlobReference;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lookalikes: readonly Candidate[];
}

type StoredFace = FaceRecord & IdentifiedFace;

/** Adds faces to people, as enrolled (it is theirs) or as rejected (it is not). */
export class Enrolment {
  readonly #options: EnrolmentOptions;

  constructor(options: EnrolmentOptions) {
    this.#options = options;
  }

  /**
   * Enrols one face of `picture`, and creates the person and the gallery if they do not exist. With
   * `dryRun`, nothing is stored, and the answer describes what would be.
   */
  async enrol(picture: Uint8Array<ArrayBuffer>, request: FaceRequest & { dryRun: boolean }): Promise<EnrolAnswer> {
    const { store, galleryWriter } = this.#options;
    const { gallery, name, dryRun } = request;
    const persons = await this.#findFaces(picture, request);
    const person = chooseFace(persons.persons, request);
    checkQuality(person, store.gallery(gallery)?.thresholds ?? DEFAULT_THRESHOLDS);
    const chosen = await this.#chosen(person, { ...persons, name });
    let answer: EnrolAnswer | null = null;
    const prepare = (record: GalleryRecord | null) => {
      const found = this.#prepare(chosen, { ...request, record, kind: "enrolled" });
      answer = found.answer;
      return found.answer.faceId === null || dryRun ? null : found.change;
    };
    if (dryRun) prepare(store.gallery(gallery));
    const inForce = dryRun ? null : await galleryWriter.change(gallery, prepare);
    return settled(answer, inForce, dryRun);
  }

  /**
   * Stores that one face of `picture` is not the person's. If the request does not choose one, it
   * is the face that is recognised as theirs.
   */
  async reject(picture: Uint8Array<ArrayBuffer>, request: FaceRequest): Promise<EnrolAnswer> {
    const { galleryWriter } = this.#options;
    const { gallery, name } = request;
    this.#personOf(gallery, name);
    const persons = await this.#findFaces(picture, request);
    const person = chooseRejected(persons.persons, {
      ...request,
      known: knownOf(this.#options.store.gallery(gallery)),
    });
    const chosen = await this.#chosen(person, { ...persons, name });
    let answer: EnrolAnswer | null = null;
    const inForce = await galleryWriter.change(gallery, (record) => {
      const { personId } = this.#personOf(gallery, name);
      const own = identifiedFaces(this.#options.store, { personId, embedder: chosen.embedder })
        .find((face) => face.kind === "enrolled" && isSameFace(face, chosen));
      if (own !== undefined) throw enrolledError(name, own);
      const found = this.#prepare(chosen, { ...request, record, kind: "rejected" });
      answer = found.answer;
      return found.answer.faceId === null ? null : found.change;
    });
    return settled(answer, inForce, false);
  }

  async #findFaces(picture: Uint8Array<ArrayBuffer>, { gallery, anyAngle, signal }: FaceRequest) {
    const { store, finder } = this.#options;
    const record = store.gallery(gallery);
    // Embeddings of different embedders cannot be compared.
    const isComparable = record?.built !== null && record?.embedder === finder.embedder();
    return await finder.find(picture, { gallery: isComparable ? gallery : null, crops: true, anyAngle, signal });
  }

  async #chosen(person: Person, { embedder, name }: { embedder: Digest; name: string }): Promise<ChosenFace> {
    const { embedding, quality, crop } = person;
    invariant(embedding !== undefined && quality !== undefined && crop !== undefined, "a face comes with all of it");
    const candidates = person.name !== null && person.similarity !== null
      ? [{ name: person.name, similarity: person.similarity }]
      : person.candidates ?? [];
    return {
      embedder,
      quality,
      crop,
      embedding: Float32Array.from(embedding),
      bytes: await this.#options.finder.readCrop(crop.digest),
      lookalikes: candidates.filter((candidate) => candidate.name !== name),
    };
  }

  #personOf(gallery: string, name: string): { personId: string } {
    const { store } = this.#options;
    if (store.gallery(gallery) === null) throw new DmlError("gallery_unknown", `There is no gallery ${gallery}.`);
    const person = store.person(gallery, name);
    if (person === null) throw new DmlError("person_unknown", `There is no ${name} in the gallery ${gallery}.`);
    return person;
  }

  /**
   * Returns the answer and the change, from the store as it is now. Stores nothing; only new ids
   * and the time keep it from being pure.
   */
  #prepare(
    chosen: ChosenFace,
    options: FaceRequest & { record: GalleryRecord | null; kind: FaceKind },
  ): { answer: EnrolAnswer; change: GalleryChange } {
    const { store, finder, clock, random } = this.#options;
    const { gallery, name, kind, source } = options;
    const nowMs = clock.wallMs();
    const record = options.record ?? newGallery(gallery, { store, finder, nowMs, ...chosen });
    const known = store.person(gallery, name);
    const all = known === null ? [] : identifiedFaces(store, { personId: known.personId, embedder: chosen.embedder });
    const faces = all.filter((face) => face.kind === kind);
    // A face that is enrolled is no longer known not to be theirs.
    const opposite = kind === "rejected" ? [] : all.filter((face) => face.kind !== kind && isSameFace(face, chosen));
    const warnings = warningsOf(chosen, { record, name, kind, faces });
    const isKnown = warnings.some(({ code }) => code === "already_enrolled" || code === "near_duplicate");
    const faceId = isKnown ? null : newId("face", random);
    const personId = known?.personId ?? newId("person", random);
    const changes: PeopleChange[] = [];
    if (known === null) {
      checkRoom(store.peopleCount(gallery), LIMITS.galleryPeopleMax, `The gallery ${gallery}`, "people");
      const person = { personId, gallery, name, metadata: {}, createdMs: nowMs, changedMs: nowMs };
      changes.push({ type: "person_put", record: person });
    }
    if (faceId !== null) {
      checkRoom(known?.[kind] ?? 0, LIMITS.galleryFacesPerPersonMax, name, `${kind} faces`);
      const { quality, crop, embedder, embedding: vector } = chosen;
      const face = { faceId, personId, kind, quality, crop, source, createdMs: nowMs };
      changes.push({ type: "face_added", face, embeddings: [{ embedder, vector }] });
      changes.push(...opposite.map((face) => ({ type: "face_removed", faceId: face.faceId } as const)));
    }
    const { quality, lookalikes } = chosen;
    return {
      answer: { person: name, faceId, quality, warnings, lookalikes: [...lookalikes], inForce: null },
      change: {
        record,
        changes,
        people: [personId],
        crops: [{ digest: chosen.crop.digest, bytes: chosen.bytes }],
        dropped: opposite.map(({ crop }) => crop.digest),
      },
    };
  }
}

function warningsOf(
  chosen: ChosenFace,
  { record, name, kind, faces }: { record: GalleryRecord; name: string; kind: FaceKind; faces: StoredFace[] },
): EnrolWarning[] {
  const warnings: EnrolWarning[] = [];
  const own = nearest(faces, chosen);
  const relation = kind === "enrolled" ? `enrolled as ${name}` : `known not to be ${name}`;
  if (own !== undefined && own.similarity >= NEAR_DUPLICATE_MIN) {
    const isSame = own.similarity >= SAME_PICTURE_MIN;
    const from = own.face.source === "" ? own.face.faceId : own.face.source;
    const subject = isSame ? "This face is" : `A nearly equal face (similarity ${own.similarity.toFixed(2)}) is`;
    const message = `${subject} already ${relation}, from ${from}; it is not stored twice.`;
    warnings.push({ code: isSame ? "already_enrolled" : "near_duplicate", message });
  }
  const alike = chosen.lookalikes.filter(({ similarity }) => similarity >= lookalikeMin(record, facesInForce(record)));
  if (kind === "enrolled" && alike.length > 0) {
    const named = alike.map((other) => `${other.name} (similarity ${other.similarity.toFixed(2)})`).join(", ");
    const message = `The face looks like ${named}; if they are one person, \`dml people merge\` them.`;
    warnings.push({ code: "looks_like", message });
  }
  if (kind === "enrolled" && own !== undefined && own.similarity < thresholdsInForce(record, 0).unknown) {
    const message = `The face does not look like those enrolled as ${name} (similarity ${own.similarity.toFixed(2)}).`;
    warnings.push({ code: "unlike_enrolled", message });
  }
  if (chosen.embedder !== record.embedder) {
    const message = `The gallery ${record.name} is moving to a new embedder; the face takes effect once that is done.`;
    warnings.push({ code: "reembedding", message });
  }
  return warnings;
}

/** Returns the similarity from which the version in force names a face. */
function knownOf(record: GalleryRecord | null): number {
  return record === null ? DEFAULT_THRESHOLDS.known : thresholdsInForce(record, facesInForce(record)).known;
}

/** Returns the face most like the chosen one, if one can be compared with it. */
function nearest(faces: readonly StoredFace[], chosen: ChosenFace) {
  return faces.map((face) => ({ face, similarity: likeness(face, chosen) ?? -Infinity }))
    .filter(({ similarity }) => similarity >= -1)
    .sort((one, other) => other.similarity - one.similarity).at(0);
}

function enrolledError(name: string, { faceId }: StoredFace): DmlError {
  return new DmlError("face_enrolled", `This face is already enrolled as ${name}, as ${faceId}.`, {
    advice: `If it is not ${name}, remove it: \`dml people remove ${JSON.stringify(name)} --face-id ${faceId}\`.`,
  });
}

function checkRoom(count: number, max: number, whose: string, what: string): void {
  if (count < max) return;
  throw new DmlError("galleries_full", `${whose} has ${count} ${what}; there is room for no more.`);
}

function settled(answer: EnrolAnswer | null, inForce: EnrolAnswer["inForce"], dryRun: boolean): EnrolAnswer {
  invariant(answer !== null, "every enrolment is prepared");
  return { ...answer, faceId: dryRun ? null : answer.faceId, inForce };
}
