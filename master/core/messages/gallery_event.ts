import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { BlobReference } from "../../../protocol/messages/task.ts";

/** One version of a gallery, as whoever keeps the people publishes it. */
export interface PublishedGallery {
  readonly gallery: string;
  readonly version: number;
  readonly index: BlobReference;
  /** How many are enrolled in it. */
  readonly people: number;
  /** The model file that made its embeddings. */
  readonly embedder: Digest;
}

/** These are the people of a gallery from now on. Not durable: whoever keeps the people publishes them again. */
export interface GalleryPublished extends PublishedGallery {
  readonly type: "gallery_published";
  readonly atMs: number;
}

/** There are no such people any more; every connected node was told so before. */
export interface GalleryRetired {
  readonly type: "gallery_retired";
  readonly gallery: string;
}

/** The node is told that there are no such people any more. */
export interface GalleryWithdrawn {
  readonly type: "gallery_withdrawn";
  readonly nodeId: string;
  readonly gallery: string;
}

/** The node is told of the newest version. */
export interface GalleryOffered {
  readonly type: "gallery_offered";
  readonly nodeId: string;
  readonly gallery: string;
  readonly version: number;
  readonly atMs: number;
}

/** This version is in force on the node. */
export interface GalleryReady {
  readonly type: "gallery_ready";
  readonly nodeId: string;
  readonly gallery: string;
  readonly version: number;
  readonly fetchedBytes: number;
  readonly atMs: number;
}

/** The node cannot have this version; an older one may still be in force there. */
export interface GalleryFailed {
  readonly type: "gallery_failed";
  readonly nodeId: string;
  readonly gallery: string;
  readonly version: number;
  readonly code: string;
  readonly reason: string;
  readonly atMs: number;
}

/** Events about galleries and how nodes stand to them. */
export type GalleryEvent =
  | GalleryPublished
  | GalleryRetired
  | GalleryWithdrawn
  | GalleryOffered
  | GalleryReady
  | GalleryFailed;
