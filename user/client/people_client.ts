import type {
  EnrolAnswer,
  GalleryListing,
  ImportAnswer,
  InForceAnswer,
  PeoplePage,
  PersonDetail,
  PersonPatch,
  Thresholds,
} from "../../protocol/http_api/people_api.ts";

/** Which face of a picture, and what it is from. */
export interface FaceOptions {
  readonly face: number | null;
  readonly largest: boolean;
  /** The name of the file. */
  readonly source: string;
  readonly signal?: AbortSignal;
}

/** Who it is about. */
export interface PersonAddress {
  readonly gallery: string;
  readonly name: string;
}

/** The people of a cluster as whoever looks after them sees it. Adapter: HTTP. Every method throws `DmlError`. */
export interface PeopleClient {
  galleries(): Promise<GalleryListing[]>;
  gallery(gallery: string): Promise<GalleryListing>;
  removeGallery(gallery: string): Promise<void>;
  setThresholds(gallery: string, thresholds: Thresholds): Promise<InForceAnswer>;
  /** By name, those behind `after`. */
  people(gallery: string, after: string | null): Promise<PeoplePage>;
  person(whom: PersonAddress): Promise<PersonDetail>;
  enrol(
    picture: Uint8Array<ArrayBuffer>,
    options: PersonAddress & FaceOptions & { dryRun: boolean },
  ): Promise<EnrolAnswer>;
  reject(picture: Uint8Array<ArrayBuffer>, options: PersonAddress & FaceOptions): Promise<EnrolAnswer>;
  patch(whom: PersonAddress, patch: PersonPatch): Promise<InForceAnswer>;
  merge(whom: PersonAddress, from: string): Promise<InForceAnswer>;
  remove(whom: PersonAddress): Promise<InForceAnswer>;
  removeFace(whom: PersonAddress, faceId: string): Promise<InForceAnswer>;
  /** Hands the bytes of an archive to `write`, piece by piece. */
  export(gallery: string, write: (chunk: Uint8Array) => Promise<void>): Promise<void>;
  /** One archive of at most `LIMITS.imageBytesMax`. */
  import(gallery: string, archive: Uint8Array<ArrayBuffer>): Promise<ImportAnswer>;
}
