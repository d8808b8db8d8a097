import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Restored } from "../../protocol/http_api/trash_api.ts";
import type {
  EnrolAnswer,
  GalleryListing,
  ImportAnswer,
  InForceAnswer,
  PeoplePage,
  PersonDetail,
  PersonPatch,
  ThresholdsChange,
} from "../../protocol/http_api/people_api.ts";
import { metadataSchema } from "../../protocol/http_api/people_api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { parseAs } from "../../protocol/schema.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import { facesInForce } from "./build_gallery.ts";
import { Enrolment, type FaceRequest } from "./enrolment.ts";
import { exportPeople } from "./export_people.ts";
import { importPeople } from "./import_people.ts";
import type { FaceFinder } from "./face_finder.ts";
import { GalleryWriter } from "./gallery_writer.ts";
import type { GalleryDelivery } from "./gallery_delivery.ts";
import { entryOf, faceEntryOf, listingOf } from "./people_listing.ts";
import type { CountedPerson, GalleryRecord, PeopleStore } from "./people_store.ts";
import { Reembedding } from "./reembedding.ts";
import { changedThresholds } from "./thresholds_in_force.ts";
import { MemoryTrash } from "./trash/memory_trash.ts";
import { type PreparedChange, Removal, type RemovalChoice } from "./trash/removal.ts";
import { Trash } from "./trash/trash.ts";
import type { TrashStore } from "./trash/trash_store.ts";

export interface PeopleOptions {
  readonly store: PeopleStore;
  /** Store of the crops and of the blobs of galleries. */
  readonly durable: BlobStore;
  readonly finder: FaceFinder;
  readonly publisher: GalleryDelivery;
  /** Store of removed people; by default in memory. */
  readonly trash?: TrashStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Number of names searched for one similar to an unknown name, to suggest it in the error. */
const SUGGESTED_AMONG = 1_000;

/** Operations on the people of all galleries. A change resolves once it is in force. */
export class People {
  readonly store: PeopleStore;
  readonly finder: FaceFinder;
  readonly galleryWriter: GalleryWriter;
  readonly #options: PeopleOptions;
  readonly #enrolment: Enrolment;
  readonly #reembedding: Reembedding;
  /** Removed people, for a time. */
  readonly trash: Trash;
  readonly #removal: Removal;

  constructor(options: PeopleOptions) {
    this.#options = options;
    ({ store: this.store, finder: this.finder } = options);
    this.galleryWriter = new GalleryWriter(options);
    const common = { ...options, galleryWriter: this.galleryWriter };
    this.#enrolment = new Enrolment(common);
    this.#reembedding = new Reembedding(common);
    this.trash = new Trash({ trash: new MemoryTrash(), ...options });
    this.#removal = new Removal({
      ...common,
      trash: this.trash,
      recordOf: (gallery) => this.record(gallery),
      personOf: (gallery, name) => this.personOf(gallery, name),
      change: (gallery, prepare) => this.#change(gallery, prepare),
    });
  }

  /**
   * Brings every gallery into force again, and checks regularly for a new embedder from then on.
   */
  start(): void {
    this.galleryWriter.start();
    this.#reembedding.start();
    this.trash.start();
  }

  async stop(): Promise<void> {
    await this.trash.stop();
    await this.#reembedding.stop();
    await this.galleryWriter.close();
  }

  galleries(): GalleryListing[] {
    return this.store.galleries().map((record) => listingOf(record, this.store, this.#reembedding));
  }

  /**
   * Throws `gallery_unknown` if there is no such gallery, as does every method here that takes the
   * name of a gallery, except {@linkcode People.enrol} and {@linkcode People.import}, which create
   * it.
   */
  gallery(name: string): GalleryListing {
    return listingOf(this.record(name), this.store, this.#reembedding);
  }

  setThresholds(gallery: string, thresholds: ThresholdsChange): Promise<InForceAnswer> {
    return this.#change(gallery, (record, nowMs) => {
      const patch = changedThresholds(record, thresholds, { faces: facesInForce(record), nowMs });
      return { changes: [], people: [], patch };
    });
  }

  people(gallery: string, page: { after: string | null; limit: number }): PeoplePage {
    this.record(gallery);
    const found = this.store.people(gallery, { ...page, limit: page.limit + 1 });
    const people = found.slice(0, page.limit).map(entryOf);
    return { people, next: found.length > page.limit ? people[people.length - 1].name : null };
  }

  /**
   * Throws `person_unknown`, with the nearest name as advice, as does every method here that takes
   * the name of a person, except {@linkcode People.enrol}, which creates them.
   */
  person(gallery: string, name: string): PersonDetail {
    this.record(gallery);
    const person = this.personOf(gallery, name);
    return { person: entryOf(person), faces: this.store.faces(person.personId).map(faceEntryOf) };
  }

  enrol(picture: Uint8Array<ArrayBuffer>, request: FaceRequest & { dryRun: boolean }): Promise<EnrolAnswer> {
    return this.#enrolment.enrol(picture, request);
  }

  reject(picture: Uint8Array<ArrayBuffer>, request: FaceRequest): Promise<EnrolAnswer> {
    return this.#enrolment.reject(picture, request);
  }

  /**
   * Renames a person or changes their metadata. Throws `person_exists` if the new name is taken.
   */
  patch(gallery: string, name: string, patch: PersonPatch): Promise<InForceAnswer> {
    return this.#change(gallery, (_, nowMs) => {
      const { enrolled: _enrolled, rejected: _rejected, ...person } = this.personOf(gallery, name);
      const renamed = patch.name ?? name;
      if (renamed !== name && this.store.person(gallery, renamed) !== null) {
        throw new DmlError("person_exists", `The gallery ${gallery} already has a person named ${renamed}.`);
      }
      const metadata = Object.fromEntries(
        Object.entries({ ...person.metadata, ...patch.metadata }).filter((entry): entry is [string, string] =>
          entry[1] !== null
        ),
      );
      parseAs(metadataSchema, metadata, { what: `The metadata of ${name}`, code: "request_invalid" });
      const record = { ...person, name: renamed, metadata, changedMs: nowMs };
      return { changes: [{ type: "person_put", record }], people: renamed === name ? [] : [person.personId] };
    });
  }

  removeGallery(name: string, choice: RemovalChoice = {}): Promise<void> {
    return this.#removal.gallery(name, choice);
  }

  merge(gallery: string, name: string, from: string): Promise<InForceAnswer> {
    return this.#removal.merge(gallery, name, from);
  }

  remove(gallery: string, name: string, choice: RemovalChoice = {}): Promise<InForceAnswer> {
    return this.#removal.person(gallery, name, choice);
  }

  removeFace(gallery: string, name: string, faceId: string, choice: RemovalChoice = {}): Promise<InForceAnswer> {
    return this.#removal.face(gallery, { name, faceId }, choice);
  }

  /** Brings an entry of the trash back, see {@linkcode Removal.undo}. */
  undo(gallery: string, entryId: string): Promise<Restored> {
    return this.#removal.undo(gallery, entryId, (archive) => this.import(gallery, archive));
  }

  /** Yields the lines of an archive of the gallery. */
  export(gallery: string): AsyncGenerator<string> {
    return exportPeople(this.record(gallery), this.#options);
  }

  /** Imports an archive; see {@linkcode importPeople}. */
  import(gallery: string, text: string, options: { signal?: AbortSignal } = {}): Promise<ImportAnswer> {
    return importPeople(text, { ...this.#options, galleryWriter: this.galleryWriter, gallery, ...options });
  }

  /** Throws `gallery_unknown`. */
  record(gallery: string): GalleryRecord {
    const record = this.store.gallery(gallery);
    if (record !== null) return record;
    const match = nearest(gallery, this.store.galleries().map(({ name }) => name));
    const advice = match === null
      ? "`dml people list --all` lists the galleries; enrolling somebody creates one."
      : `Did you mean ${match}?`;
    throw new DmlError("gallery_unknown", `There is no gallery ${gallery}.`, { advice });
  }

  /** Throws `person_unknown`. */
  personOf(gallery: string, name: string): CountedPerson {
    const person = this.store.person(gallery, name);
    if (person !== null) return person;
    const names = this.store.people(gallery, { after: null, limit: SUGGESTED_AMONG }).map((other) => other.name);
    const match = nearest(name, names);
    const options = match === null ? {} : { advice: `Did you mean ${match}?` };
    throw new DmlError("person_unknown", `There is no ${name} in the gallery ${gallery}.`, options);
  }

  async #change(
    gallery: string,
    prepare: (record: GalleryRecord, nowMs: number) => PreparedChange,
  ): Promise<InForceAnswer> {
    const inForce = await this.galleryWriter.change(gallery, (_, nowMs) => {
      const record = this.record(gallery);
      const { patch, ...change } = prepare(record, nowMs);
      return { ...change, record: { ...record, ...patch } };
    });
    invariant(inForce !== null, "a change changes something");
    return inForce;
  }
}
