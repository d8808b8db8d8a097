import type { PublishedGallery } from "../state/gallery_state.ts";

/** A version of a gallery became the newest. Not durable: it is published again at every start. */
export interface GalleryPublished extends PublishedGallery {
  readonly type: "gallery_published";
  readonly atMs: number;
}

/** A gallery ceased to exist. Every connected node was notified in earlier events. */
export interface GalleryRetired {
  readonly type: "gallery_retired";
  readonly gallery: string;
}

/** A node was notified that a gallery ceased to exist. */
export interface GalleryWithdrawn {
  readonly type: "gallery_withdrawn";
  readonly nodeId: string;
  readonly gallery: string;
}

/** A node was offered the newest version of a gallery. */
export interface GalleryOffered {
  readonly type: "gallery_offered";
  readonly nodeId: string;
  readonly gallery: string;
  readonly version: number;
  readonly atMs: number;
}

/** A node uses a version of a gallery from now on. */
export interface GalleryReady {
  readonly type: "gallery_ready";
  readonly nodeId: string;
  readonly gallery: string;
  readonly version: number;
  readonly fetchedBytes: number;
  readonly atMs: number;
}

/** A node cannot use a version of a gallery; it may still use an older one. */
export interface GalleryFailed {
  readonly type: "gallery_failed";
  readonly nodeId: string;
  readonly gallery: string;
  readonly version: number;
  readonly code: string;
  readonly reason: string;
  readonly atMs: number;
}

/** Events about galleries, and about their versions on the nodes. */
export type GalleryEvent =
  | GalleryPublished
  | GalleryRetired
  | GalleryWithdrawn
  | GalleryOffered
  | GalleryReady
  | GalleryFailed;
