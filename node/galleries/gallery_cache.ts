import { decodeGalleryIndex, GALLERY_INDEX_BYTES_MAX, type GalleryIndex } from "../../models/gallery/gallery_index.ts";
import { GalleryMatrix } from "../../models/gallery/gallery_matrix.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { GalleryOffer } from "../../protocol/messages/gallery.ts";
import type { Engine } from "../engine/engine.ts";
import { GalleryFiles, type GalleryFilesOptions } from "./gallery_files.ts";

/** What a {@linkcode GalleryCache} works with. */
export interface GalleryCacheOptions extends GalleryFilesOptions {
  readonly engine: Pick<Engine, "setGallery">;
}

/** One gallery that is in force. */
interface Held {
  readonly matrix: GalleryMatrix;
  readonly indexDigest: Digest;
  readonly index: GalleryIndex;
}

/** The people of this node: of each gallery one version, in memory that all workers share, and its files for the next start. */
export class GalleryCache {
  readonly #engine: GalleryCacheOptions["engine"];
  readonly #files: GalleryFiles;
  readonly #held = new Map<string, Held>();

  constructor(options: GalleryCacheOptions) {
    this.#engine = options.engine;
    this.#files = new GalleryFiles(options);
  }

  /**
   * Fetches what is missing of the version, puts it in force in every worker and forgets the version before; returns how many bytes
   * moved. One call at a time for one gallery. Throws `gallery_invalid`, and as `copyBlob` does; what is in force then still is.
   */
  async take(offer: GalleryOffer, options: { signal?: AbortSignal } = {}): Promise<number> {
    const { gallery: name, index: { digest: indexDigest } } = offer;
    const before = this.#held.get(name);
    let fetchedBytes = await this.#files.fetch([checkedIndex(offer)], options);
    const index = decodeGalleryIndex(await this.#files.read(offer.index));
    checkSame(offer, index);
    const matrix = before?.index.dimensions === index.dimensions ? before.matrix : new GalleryMatrix(index);
    // Those in memory are on disk too, unless somebody took them away: the next start needs all.
    fetchedBytes += await this.#files.fetch(index.buckets, options);
    const sizes = new Map(index.buckets.map((bucket) => [bucket.digest, bucket]));
    const view = await matrix.update(index, (digest) => this.#files.read(sizes.get(digest)!));
    // In force from here on; what pictures in hand still look at is given back when they are done, and nobody waits for that.
    void this.#engine.setGallery(name, view).then(() => matrix.release(index.version));
    this.#held.set(name, { matrix, indexDigest, index });
    await this.#tidy(name, before);
    return fetchedBytes;
  }

  /** Nobody of this gallery is known here any more, on disk neither; pictures in hand are still compared with them. */
  async drop(name: string): Promise<void> {
    void this.#engine.setGallery(name, null);
    this.#held.delete(name);
    await this.#files.sweep(name, { keep: this.#wanted() });
  }

  /** Deletes the files of versions before: those of an earlier start are found among what is on disk. */
  async #tidy(name: string, before: Held | undefined): Promise<void> {
    const keep = this.#wanted();
    if (before === undefined) await this.#files.sweep(name, { keep });
    else if (!keep.has(before.indexDigest)) await this.#files.delete(before.indexDigest, before.index, { keep });
  }

  /** The files of all galleries that are in force. */
  #wanted(): Set<Digest> {
    const wanted = new Set<Digest>();
    for (const { indexDigest, index } of this.#held.values()) {
      wanted.add(indexDigest);
      for (const { digest } of index.buckets) wanted.add(digest);
    }
    return wanted;
  }
}

function checkedIndex({ gallery, index }: GalleryOffer): GalleryOffer["index"] {
  if (index.size <= GALLERY_INDEX_BYTES_MAX) return index;
  throw new DmlError("gallery_invalid", `The index of the gallery ${gallery} has ${index.size} bytes.`);
}

function checkSame(offer: GalleryOffer, index: GalleryIndex): void {
  if (offer.gallery === index.gallery && offer.version === index.version) return;
  throw new DmlError(
    "gallery_invalid",
    `The gallery ${offer.gallery}, version ${offer.version}, was offered with the index of ${index.gallery}, version ${index.version}.`,
  );
}
