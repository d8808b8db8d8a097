import type { Digest } from "../../protocol/kernel/digest.ts";
import type { GalleryReach } from "../core/decide/decide_galleries.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";

/** One version of a gallery. All its blobs are durable. */
export interface GalleryVersion {
  readonly gallery: string;
  readonly version: number;
  readonly index: BlobReference;
  readonly embedder: Digest;
  /** Number of people in it who have an enrolled face. */
  readonly people: number;
}

/**
 * Port that publishes galleries to the nodes. Adapters: the master's own control port; fakes in
 * tests.
 */
export interface GalleryDelivery {
  /**
   * Resolves once the version is in force on every node, or after a limited time, with the numbers
   * of nodes that it has reached.
   */
  publish(version: GalleryVersion): Promise<GalleryReach>;
  /** Removes the gallery from the nodes. */
  retire(gallery: string): void;
}
