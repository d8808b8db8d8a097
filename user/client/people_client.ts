import type {
  EnrolAnswer,
  FacesPage,
  GalleryListing,
  ImportAnswer,
  InForceAnswer,
  PeoplePage,
  PersonDetail,
  PersonPatch,
  ThresholdsChange,
} from "../../protocol/http_api/people_api.ts";
import type { Restored, TrashEntry } from "../../protocol/http_api/trash_api.ts";

/** The choice of one face in a picture, and the source to record for it. */
export interface FaceOptions {
  readonly face: number | null;
  readonly largest: boolean;
  /** True to look for faces turned by any angle. */
  readonly anyAngle: boolean;
  /** Name of the picture file. */
  readonly source: string;
  readonly signal?: AbortSignal;
}

/** Choice between the trash and the end. */
export interface RemovalChoice {
  /** True to keep nothing in the trash. */
  readonly forGood?: boolean;
}

/** A person in a gallery. */
export interface PersonAddress {
  readonly gallery: string;
  readonly name: string;
}

/**
 * Client for the galleries of a master and the people in them. Adapter: HTTP. Every method throws
 * `DmlError`.
 */
export interface PeopleClient {
  galleries(): Promise<GalleryListing[]>;
  gallery(gallery: string): Promise<GalleryListing>;
  removeGallery(gallery: string, choice?: RemovalChoice): Promise<void>;
  setThresholds(gallery: string, thresholds: ThresholdsChange): Promise<InForceAnswer>;
  /** Returns a page of the people after `after`, in the order of their names. */
  people(gallery: string, after: string | null): Promise<PeoplePage>;
  /** Returns such a page with every face and its embedding. */
  faces(gallery: string, after: string | null): Promise<FacesPage>;
  person(whom: PersonAddress): Promise<PersonDetail>;
  enrol(
    picture: Uint8Array<ArrayBuffer>,
    options: PersonAddress & FaceOptions & { dryRun: boolean },
  ): Promise<EnrolAnswer>;
  reject(picture: Uint8Array<ArrayBuffer>, options: PersonAddress & FaceOptions): Promise<EnrolAnswer>;
  patch(whom: PersonAddress, patch: PersonPatch): Promise<InForceAnswer>;
  merge(whom: PersonAddress, from: string): Promise<InForceAnswer>;
  remove(whom: PersonAddress, choice?: RemovalChoice): Promise<InForceAnswer>;
  removeFace(whom: PersonAddress, faceId: string, choice?: RemovalChoice): Promise<InForceAnswer>;
  /** Returns what was removed from a gallery and can be brought back, the newest first. */
  trash(gallery: string): Promise<TrashEntry[]>;
  /** Brings back what was removed; a merge is split again. */
  restore(gallery: string, entryId: string): Promise<Restored>;
  /** Deletes what is in the trash for good. Returns the number of removals. */
  emptyTrash(gallery: string): Promise<number>;
  /** Writes the bytes of an archive to `write`, chunk by chunk. */
  export(gallery: string, write: (chunk: Uint8Array) => Promise<void>): Promise<void>;
  /** Imports one archive of at most `LIMITS.imageBytesMax` bytes. */
  import(gallery: string, archive: Uint8Array<ArrayBuffer>): Promise<ImportAnswer>;
}
