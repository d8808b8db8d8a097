import { decodeGalleryIndex, GALLERY_INDEX_BYTES_MAX, type GalleryIndex } from "../../models/gallery/gallery_index.ts";
import { GalleryMatrix } from "../../models/gallery/gallery_matrix.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { GalleryOffer } from "../../protocol/messages/gallery.ts";
import type { Engine } from "../engine/engine.ts";
import { GalleryFiles, type GalleryFilesOptions } from "./gallery_files.ts";

export interface GalleryCacheOptions extends GalleryFilesOptions {
  readonly engine: Pick<Engine, "setGallery">;
}

/** One gallery that is active on this node. */
interface Held {
  readonly matrix: GalleryMatrix;
  readonly indexDigest: Digest;
  readonly index: GalleryIndex;
}

/**
 * The galleries of this node: one version of each, in memory shared by all workers, with its files
 * on disk for the next start.
 */
export class GalleryCache {
  readonly #engine: GalleryCacheOptions["engine"];
  readonly #files: GalleryFiles;
  readonly #held = new Map<string, Held>();

  constructor(options: GalleryCacheOptions) {
    this.#engine = options.engine;
    this.#files = new GalleryFiles(options);
  }

  /**
   * Fetches the missing files of the version, activates it in every worker and deletes the version
   * before; returns the number of bytes fetched. Calls for one gallery must not overlap. Throws
   * `gallery_invalid` and the errors of `copyBlob`; the version active before then stays active.
   */
  async install(offer: GalleryOffer, options: { signal?: AbortSignal } = {}): Promise<number> {
    const { gallery: name, index: { digest: indexDigest } } = offer;
    const before = this.#held.get(name);
    let fetchedBytes = await this.#files.fetch([checkedIndex(offer)], options);
    const index = decodeGalleryIndex(await this.#files.read(offer.index));
    checkSame(offer, index);
    const matrix = before?.index.dimensions === index.dimensions ? before.matrix : new GalleryMatrix(index);
    // Buckets in memory are normally on disk too, but may have been deleted there, and the next
    // start needs all of them.
    fetchedBytes += await this.#files.fetch(index.buckets, options);
    const sizes = new Map(index.buckets.map((bucket) => [bucket.digest, bucket]));
    const view = await matrix.update(index, (digest) => this.#files.read(sizes.get(digest)!));
    // Active from here on. Running pictures still read the rows of the version before; these are
    // freed once those pictures are done, and nothing waits for that.
    void this.#engine.setGallery(name, view).then(() => matrix.release(index.version));
    this.#held.set(name, { matrix, indexDigest, index });
    await this.#tidy(name, before);
    return fetchedBytes;
  }

  /**
   * Removes the gallery from the workers and from disk. Running pictures are still compared with
   * it.
   */
  async drop(name: string): Promise<void> {
    void this.#engine.setGallery(name, null);
    this.#held.delete(name);
    await this.#files.sweep(name, { keep: this.#wanted() });
  }

  /**
   * Deletes the files of earlier versions; those left by an earlier run are found by listing the
   * disk.
   */
  async #tidy(name: string, before: Held | undefined): Promise<void> {
    const keep = this.#wanted();
    if (before === undefined) await this.#files.sweep(name, { keep });
    else if (!keep.has(before.indexDigest)) await this.#files.delete(before.indexDigest, before.index, { keep });
  }

  /** Returns the digests of the files of all active galleries. */
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
  throw new DmlError(
    "gallery_invalid",
    `The index of the gallery ${gallery} has ${index.size} bytes; ${GALLERY_INDEX_BYTES_MAX} are allowed.`,
  );
}

function checkSame(offer: GalleryOffer, index: GalleryIndex): void {
  if (offer.gallery === index.gallery && offer.version === index.version) return;
  throw new DmlError(
    "gallery_invalid",
    `The gallery ${offer.gallery}, version ${offer.version}, was offered with the index of ${index.gallery}, version ${index.version}.`,
  );
}
