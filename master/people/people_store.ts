import type { GalleryPerson } from "../../models/gallery/gallery_bucket.ts";
import type { GalleryThresholds } from "../../models/gallery/gallery_index.ts";
import type { EmbedderThresholds } from "../../models/manifest/face_files.ts";
import type { ThresholdsSet } from "../../protocol/http_api/people_api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { FaceQuality } from "../../protocol/messages/prediction.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";

/** Blobs that were built for one version of a gallery; they are durable blobs. */
export interface BuiltGallery {
  readonly version: number;
  readonly index: BlobReference;
  readonly buckets: readonly BuiltBucket[];
}

/** One bucket, with its numbers of people and faces. */
export interface BuiltBucket extends BlobReference {
  readonly people: number;
  readonly faces: number;
}

/** One gallery, without its people. */
export interface GalleryRecord {
  readonly name: string;
  /** Version of the newest change. */
  readonly version: number;
  /** Digest of the model file whose embeddings are in force. */
  readonly embedder: Digest;
  readonly dimensions: number;
  /**
   * The thresholds as they were set. If nobody set `known` and `unknown`, those in force are those
   * of the model, or rise with the number of faces (`thresholdsInForce`).
   */
  readonly thresholds: GalleryThresholds;
  /** The setting of `known` and `unknown`; `null` if they are the default. */
  readonly thresholdsSet: ThresholdsSet | null;
  /** Thresholds that the manifest of the embedder has; `null` if it has none. */
  readonly modelThresholds: EmbedderThresholds | null;
  /** Milliseconds since the Unix epoch, like all times here. */
  readonly createdMs: number;
  readonly changedMs: number;
  /** The newest version that was built; `null` before the first. */
  readonly built: BuiltGallery | null;
  /** Blobs of older versions that are still to be deleted. */
  readonly superseded: readonly Digest[];
}

/** A person of a gallery. */
export interface PersonRecord {
  readonly personId: string;
  readonly gallery: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdMs: number;
  readonly changedMs: number;
}

/** A person with the numbers of their enrolled and rejected faces. */
export interface CountedPerson extends PersonRecord {
  readonly enrolled: number;
  readonly rejected: number;
}

/** `enrolled`: a face of this person. `rejected`: a face that a user marked as not this person. */
export type FaceKind = "enrolled" | "rejected";

/** One face of one person. */
export interface FaceRecord {
  readonly faceId: string;
  readonly personId: string;
  readonly kind: FaceKind;
  readonly quality: FaceQuality;
  /** A JPEG among the durable blobs, from which another embedder can make its own embedding. */
  readonly crop: BlobReference;
  /** Name of the file that it came from, shown to users; empty if unknown. */
  readonly source: string;
  readonly createdMs: number;
}

/** A face with its embedding by one embedder. */
export interface EmbeddedFace extends FaceRecord {
  readonly embedding: Float32Array<ArrayBuffer>;
}

/** Numbers of people, enrolled faces and rejected faces of a gallery. */
export interface PeopleCounts {
  readonly people: number;
  readonly enrolled: number;
  readonly rejected: number;
}

/** One change of the stored data. */
export type PeopleChange =
  /** Creates a gallery or replaces its record. */
  | { readonly type: "gallery_put"; readonly record: GalleryRecord }
  /** Removes a gallery and its people. */
  | { readonly type: "gallery_removed"; readonly gallery: string }
  /** Creates a person or replaces their record. */
  | { readonly type: "person_put"; readonly record: PersonRecord }
  /** Removes a person and their faces. */
  | { readonly type: "person_removed"; readonly personId: string }
  | { readonly type: "face_added"; readonly face: FaceRecord; readonly embeddings: readonly FaceEmbedding[] }
  | { readonly type: "face_removed"; readonly faceId: string }
  /** Moves every face of one person to another. */
  | { readonly type: "faces_moved"; readonly fromPersonId: string; readonly toPersonId: string }
  | { readonly type: "embedding_added"; readonly faceId: string; readonly embedding: FaceEmbedding }
  /** Removes the embeddings of all faces of the gallery, except those of one embedder. */
  | { readonly type: "embeddings_dropped"; readonly gallery: string; readonly exceptEmbedder: Digest };

/** The embedding of a face by one embedder. */
export interface FaceEmbedding {
  readonly embedder: Digest;
  readonly vector: Float32Array<ArrayBuffer>;
}

/** One bucket of a gallery, out of `buckets`; see `bucketOf`. */
export interface BucketChoice {
  readonly gallery: string;
  readonly embedder: Digest;
  readonly bucket: number;
  readonly buckets: number;
}

/**
 * Store of the enrolled people. Adapters: memory, SQLite. A call returns once the change is stored.
 * A query for something that does not exist returns `null` or nothing; a change that contradicts
 * the stored data (a second person of the same name, a face without a person) throws.
 */
export interface PeopleStore {
  /** Returns all galleries, by name. */
  galleries(): GalleryRecord[];
  gallery(name: string): GalleryRecord | null;
  /**
   * Returns the last version of a removed gallery, so that a new one of the same name continues
   * from there; 0 if there was none.
   */
  lastVersionOf(gallery: string): number;
  counts(gallery: string): PeopleCounts;
  peopleCount(gallery: string): number;
  /** Returns at most `limit` people whose name comes after `after`, by name. */
  people(gallery: string, page: { after: string | null; limit: number }): CountedPerson[];
  person(gallery: string, name: string): CountedPerson | null;
  /** Returns all faces of a person, oldest first, regardless of their embedders. */
  faces(personId: string): FaceRecord[];
  face(faceId: string): FaceRecord | null;
  /** Returns the faces of a person that have an embedding by `embedder`, oldest first. */
  embeddedFaces(personId: string, embedder: Digest): EmbeddedFace[];
  /**
   * Returns the people of one bucket, by id, with the embeddings by the embedder. People without an
   * enrolled face that has one are left out.
   */
  bucket(choice: BucketChoice): GalleryPerson[];
  /**
   * Returns the faces of the gallery without an embedding by `embedder` whose id comes after
   * `after`, by id.
   */
  facesWithout(gallery: string, embedder: Digest, page: { after: string | null; limit: number }): FaceRecord[];
  countWithout(gallery: string, embedder: Digest): number;
  /** True if some face of any gallery uses this crop. */
  isCropUsed(digest: Digest): boolean;
  /** Stores all of `changes` or, if it throws, none of them. */
  apply(changes: readonly PeopleChange[]): void;
  /** Closes the store; further calls do nothing. */
  close(): void;
}
