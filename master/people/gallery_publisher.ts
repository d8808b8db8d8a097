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

/** The bound that is promised: until then a new version is in force on every node, or the caller is told where it is not. */
const IN_FORCE_MS = 2_000;

/** A version of a gallery to publish: its index, whose blob and those it names are among the master's durable ones. */
export interface GalleryPublication {
  readonly gallery: string;
  readonly version: number;
  readonly index: BlobReference;
}

/** What a {@linkcode GalleryPublisher} works with. */
export interface GalleryPublisherOptions {
  /** Read only. */
  readonly state: MasterState;
  readonly post: (command: Command) => void;
  readonly durableBlobs: Pick<BlobStore, "read">;
  readonly clock: Clock;
}

/** Somebody who waits until a version is in force. */
interface Waiting {
  readonly gallery: string;
  readonly version: number;
  readonly finish: (reach: GalleryReach) => void;
}

/** Tells the nodes of new people, and whoever enrolled them how far that has come. */
export class GalleryPublisher {
  readonly #options: GalleryPublisherOptions;
  readonly #waiting = new Set<Waiting>();

  constructor(options: GalleryPublisherOptions) {
    this.#options = options;
  }

  /**
   * The version as the core knows it, its index looked into. Throws `gallery_invalid`, `blob_not_found`, or `request_invalid` when
   * there are too many galleries.
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
   * Offers the version to every node. Resolves when each that takes work has it in force or failed, and after two seconds in
   * any case, with how many. Throws what {@linkcode check} throws.
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
      // Behind the turn: a version that is in force already causes no event.
      queueMicrotask(() => this.#settle());
    });
  }

  /** Nobody may ask this gallery from now on, and the nodes forget it. */
  retire(gallery: string): void {
    this.#options.post({ type: "retire_gallery", gallery });
  }

  /** Something has happened, and everything of its turn was applied. */
  notice(event: MasterEvent): void {
    if (this.#waiting.size > 0 && bearsOnGalleries(event)) this.#settle();
  }

  #settle(): void {
    for (const { gallery, version, finish } of this.#waiting) {
      const reach = reachOf(this.#options.state, { gallery, version });
      if (reach.pending === 0) finish(reach);
    }
  }

  /** The master stops: nobody waits any more. */
  close(): void {
    for (const { gallery, version, finish } of this.#waiting) {
      finish(reachOf(this.#options.state, { gallery, version }));
    }
  }
}

/** Whether `event` may end somebody's waiting. */
function bearsOnGalleries({ type }: MasterEvent): boolean {
  return type.startsWith("gallery_") || type.startsWith("node_") || type.startsWith("model_") ||
    type === "availability_changed" || type === "node_command_sent";
}
