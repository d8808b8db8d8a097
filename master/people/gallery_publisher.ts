import { NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import { decodeGalleryIndex, GALLERY_INDEX_BYTES_MAX } from "../../models/gallery/gallery_index.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { Command } from "../core/messages/command.ts";
import { type GalleryReach, reachOf } from "../core/decide/decide_galleries.ts";
import type { MasterEvent } from "../core/messages/event.ts";
import type { PublishedGallery } from "../core/state/gallery_state.ts";
import type { MasterState } from "../core/state/state.ts";

/**
 * Promised bound: by then a new version is in force on every node, or the caller learns where it is
 * not.
 */
const IN_FORCE_MS = 2_000;

/**
 * A version of a gallery to publish. The blob of its index, and those the index names, are durable
 * blobs of the master.
 */
export interface GalleryPublication {
  readonly gallery: string;
  readonly version: number;
  readonly index: BlobReference;
}

/** Ports of a {@linkcode GalleryPublisher}. */
export interface GalleryPublisherOptions {
  /** Read only; `post` changes it. */
  readonly state: MasterState;
  readonly post: (command: Command) => void;
  readonly durableBlobs: Pick<BlobStore, "read">;
  readonly clock: Clock;
}

/** A caller that waits until a version is in force. */
interface Waiting {
  readonly gallery: string;
  readonly version: number;
  readonly finish: (reach: GalleryReach) => void;
}

/** Publishes galleries to the nodes and reports how many nodes have them in force. */
export class GalleryPublisher {
  readonly #options: GalleryPublisherOptions;
  readonly #waiting = new Set<Waiting>();

  constructor(options: GalleryPublisherOptions) {
    this.#options = options;
  }

  /**
   * Reads the index of a version and returns the version as the core knows it. Throws
   * `gallery_invalid`, `blob_not_found`, or `request_invalid` if there are too many galleries.
   */
  async check({ gallery, version, index }: GalleryPublication): Promise<PublishedGallery> {
    const { state, durableBlobs } = this.#options;
    if (gallery === NO_GALLERY) {
      throw new DmlError("request_invalid", `No gallery is called ${NO_GALLERY}: that is how nobody is asked for.`);
    }
    if (!state.galleries.has(gallery) && state.galleries.size >= LIMITS.galleriesMax) {
      throw new DmlError("request_invalid", `There are ${state.galleries.size} galleries already, which is the limit.`);
    }
    if (index.size > GALLERY_INDEX_BYTES_MAX) {
      throw new DmlError("gallery_invalid", `The index of the gallery ${gallery} has ${index.size} bytes.`);
    }
    const document = decodeGalleryIndex(await durableBlobs.read(index.digest));
    if (document.gallery !== gallery || document.version !== version) {
      const told = `${document.gallery}, version ${document.version}`;
      throw new DmlError("gallery_invalid", `The index of the gallery ${gallery}, version ${version}, is of ${told}.`);
    }
    return { gallery, version, index, people: document.people, embedder: document.embedder };
  }

  /**
   * Offers the version to every node. Resolves with the counts once each node that takes work has
   * it in force or failed, after two seconds at the latest. Throws as {@linkcode check} does.
   */
  async publish(publication: GalleryPublication): Promise<GalleryReach> {
    const { post, clock, state } = this.#options;
    const published = await this.check(publication);
    return await new Promise((resolve) => {
      const finish = (reach: GalleryReach) => {
        cancel();
        this.#waiting.delete(waiting);
        resolve(reach);
      };
      const cancel = clock.after(IN_FORCE_MS, () => finish(reachOf(state, published)));
      const waiting = { gallery: published.gallery, version: published.version, finish };
      this.#waiting.add(waiting);
      post({ type: "publish_gallery", ...published });
      // After the turn, since a version that is in force already causes no event.
      queueMicrotask(() => this.#settle());
    });
  }

  /** Takes a gallery out of use; the nodes forget it. */
  retire(gallery: string): void {
    this.#options.post({ type: "retire_gallery", gallery });
  }

  /** Takes notice of an event whose whole turn was applied. */
  notice(event: MasterEvent): void {
    if (this.#waiting.size > 0 && bearsOnGalleries(event)) this.#settle();
  }

  #settle(): void {
    for (const { gallery, version, finish } of this.#waiting) {
      const reach = reachOf(this.#options.state, { gallery, version });
      if (reach.pending === 0) finish(reach);
    }
  }

  /** Answers all waiting callers, because the master stops. */
  close(): void {
    for (const { gallery, version, finish } of this.#waiting) {
      finish(reachOf(this.#options.state, { gallery, version }));
    }
  }
}

/** Returns true if `event` may end the wait of a caller. */
function bearsOnGalleries({ type }: MasterEvent): boolean {
  return type.startsWith("gallery_") || type.startsWith("node_") || type.startsWith("model_") ||
    type === "availability_changed" || type === "node_command_sent";
}
