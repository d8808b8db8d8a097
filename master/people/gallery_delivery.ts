import type { Digest } from "../../protocol/kernel/digest.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";

/** One version of a gallery, whose blobs are all among the durable ones. */
export interface GalleryVersion {
  readonly gallery: string;
  readonly version: number;
  readonly index: BlobReference;
  readonly embedder: Digest;
  /** How many are enrolled in it. */
  readonly people: number;
}

/** On how many nodes a version is in force, on how many not yet, and how many cannot have it. */
export interface Reach {
  readonly ready: number;
  readonly pending: number;
  readonly failed: number;
}

/** What brings galleries to the nodes. Adapters: the master's own control port; fakes in tests. */
export interface GalleryDelivery {
  /** Resolves when the version is in force on every node, or after a bounded while with how far it came. */
  publish(version: GalleryVersion): Promise<Reach>;
  /** There is no such gallery any more. */
  retire(gallery: string): void;
}
