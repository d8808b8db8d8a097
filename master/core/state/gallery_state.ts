import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { BlobReference } from "../../../protocol/messages/task.ts";

/** One version of a gallery, as the keeper of the people publishes it. */
export interface PublishedGallery {
  readonly gallery: string;
  readonly version: number;
  readonly index: BlobReference;
  /** Number of people enrolled in it. */
  readonly people: number;
  /** Digest of the model file that made its embeddings. */
  readonly embedder: Digest;
}

/** The newest version of a gallery. */
export interface GalleryState extends PublishedGallery {
  readonly publishedAtMs: number;
}

/** The newest version of a gallery on one connected node. */
export interface NodeGallery {
  state: "offered" | "ready" | "failed";
  /** Start of `state` on the monotonic clock. */
  sinceMs: number;
  /** Version in force on the node, perhaps older than the newest; `null` if there is none. */
  readyVersion: number | null;
  /** Reason of the failure, for people; `null` unless `state` is `failed`. */
  reason: string | null;
}
