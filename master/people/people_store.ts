import type { GalleryPerson } from "../../models/gallery/gallery_bucket.ts";
import type { GalleryThresholds } from "../../models/gallery/gallery_index.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { FaceQuality } from "../../protocol/messages/prediction.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";

/** What was made of one version of a gallery, among the durable blobs. */
export interface BuiltGallery {
  readonly version: number;
  readonly index: BlobReference;
  readonly buckets: readonly BuiltBucket[];
}

/** One bucket, and how much is in it. */
export interface BuiltBucket extends BlobReference {
  readonly people: number;
  readonly faces: number;
}

/** One gallery, without its people. */
export interface GalleryRecord {
  readonly name: string;
  /** Of the newest change. */
  readonly version: number;
  /** The model file whose embeddings are in force. */
  readonly embedder: Digest;
  readonly dimensions: number;
  readonly thresholds: GalleryThresholds;
  /** Milliseconds since the Unix epoch, as all times here. */
  readonly createdMs: number;
  readonly changedMs: number;
  /** The newest version that was built; null before the first. */
  readonly built: BuiltGallery | null;
  /** Blobs of older versions that are still to be deleted. */
  readonly superseded: readonly Digest[];
}

/** Somebody whom a gallery knows. */
export interface PersonRecord {
  readonly personId: string;
  readonly gallery: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdMs: number;
  readonly changedMs: number;
}

/** Somebody, and how much of them there is. */
export interface CountedPerson extends PersonRecord {
  readonly enrolled: number;
  readonly rejected: number;
}

/** `enrolled` is this person's face, `rejected` is one of which people said that it is not. */
export type FaceKind = "enrolled" | "rejected";

/** One face of one person. */
export interface FaceRecord {
  readonly faceId: string;
  readonly personId: string;
  readonly kind: FaceKind;
  readonly quality: FaceQuality;
  /** A JPEG among the durable blobs, from which another embedder makes another embedding. */
  readonly crop: BlobReference;
  /** The name of the file it came from, for people; empty when nobody said. */
  readonly source: string;
  readonly createdMs: number;
}

/** A face as one embedder sees it. */
export interface EmbeddedFace extends FaceRecord {
  readonly embedding: Float32Array<ArrayBuffer>;
}

/** How many there are of each. */
export interface PeopleCounts {
  readonly people: number;
  readonly enrolled: number;
  readonly rejected: number;
}

/** One change of what is stored. */
export type PeopleChange =
  /** Makes a gallery or replaces its record. */
  | { readonly type: "gallery_put"; readonly record: GalleryRecord }
  /** With its people. */
  | { readonly type: "gallery_removed"; readonly gallery: string }
  /** Makes a person or replaces their record. */
  | { readonly type: "person_put"; readonly record: PersonRecord }
  /** With their faces. */
  | { readonly type: "person_removed"; readonly personId: string }
  | { readonly type: "face_added"; readonly face: FaceRecord; readonly embeddings: readonly FaceEmbedding[] }
  | { readonly type: "face_removed"; readonly faceId: string }
  /** Every face of one person becomes another's. */
  | { readonly type: "faces_moved"; readonly fromPersonId: string; readonly toPersonId: string }
  | { readonly type: "embedding_added"; readonly faceId: string; readonly embedding: FaceEmbedding }
  /** Of all faces of the gallery, but those of one embedder. */
  | { readonly type: "embeddings_dropped"; readonly gallery: string; readonly exceptEmbedder: Digest };

/** What one embedder made of a face. */
export interface FaceEmbedding {
  readonly embedder: Digest;
  readonly vector: Float32Array<ArrayBuffer>;
}

/** A part of a gallery's people, see `bucketOf`. */
export interface BucketChoice {
  readonly gallery: string;
  readonly embedder: Digest;
  readonly bucket: number;
  readonly buckets: number;
}

/**
 * Who is enrolled. Adapters: memory, SQLite. Calls return when it is done and kept. What a caller asks for that is not there
 * is null or empty; a change that does not fit what is stored (a second person of one name, a face of nobody) throws.
 */
export interface PeopleStore {
  /** By name. */
  galleries(): GalleryRecord[];
  gallery(name: string): GalleryRecord | null;
  /** Of a gallery that was removed, so that one of the same name goes on from there; 0 when there was none. */
  lastVersionOf(gallery: string): number;
  counts(gallery: string): PeopleCounts;
  peopleCount(gallery: string): number;
  /** By name, those behind `after` only, at most `limit`. */
  people(gallery: string, page: { after: string | null; limit: number }): CountedPerson[];
  person(gallery: string, name: string): CountedPerson | null;
  /** Oldest first, whoever embedded them. */
  faces(personId: string): FaceRecord[];
  face(faceId: string): FaceRecord | null;
  /** Oldest first, those that `embedder` has seen. */
  embeddedFaces(personId: string, embedder: Digest): EmbeddedFace[];
  /** The people of one bucket, by id, with the faces that the embedder has seen. Nobody without any is among them. */
  bucket(choice: BucketChoice): GalleryPerson[];
  /** Faces of the gallery that `embedder` has not seen, by id, those behind `after` only. */
  facesWithout(gallery: string, embedder: Digest, page: { after: string | null; limit: number }): FaceRecord[];
  countWithout(gallery: string, embedder: Digest): number;
  /** Whether some face of any gallery has this crop. */
  isCropUsed(digest: Digest): boolean;
  /** Keeps all of `changes` or, when it throws, none of them. */
  apply(changes: readonly PeopleChange[]): void;
  /** May be called again. */
  close(): void;
}
