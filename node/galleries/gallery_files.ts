import { decodeGalleryIndex, GALLERY_INDEX_BYTES_MAX, type GalleryIndex } from "../../models/gallery/gallery_index.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { copyBlob } from "../../protocol/blob/copy_blob.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";

/** Number of files fetched at once; many of them are small. */
const FETCHES_MAX = 4;
/**
 * First byte of a JSON document. An index is JSON, so most buckets are ruled out as an index
 * without reading them whole.
 */
const BRACE = 0x7b;

export interface GalleryFilesOptions {
  /** The blob store of this node. */
  readonly local: BlobStore;
  /** The blob store of the master. */
  readonly remote: Pick<BlobStore, "open">;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The files of galleries on this node: each is fetched once, by its digest, and kept until no
 * version needs it.
 */
export class GalleryFiles {
  readonly #options: GalleryFilesOptions;
  /** Fetches in progress, shared because two galleries may need the same file. */
  readonly #fetching = new Map<Digest, Promise<number>>();

  constructor(options: GalleryFilesOptions) {
    this.#options = options;
  }

  /**
   * Fetches those of `files` that are not on this node and returns the number of bytes fetched.
   * Throws the errors of `copyBlob`.
   */
  async fetch(files: readonly BlobReference[], options: { signal?: AbortSignal } = {}): Promise<number> {
    const queue = [...new Map(files.map((file) => [file.digest, file])).values()];
    let movedBytes = 0;
    const lane = async () => {
      for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
        // Not `movedBytes += await …`, which would lose bytes that concurrent fetches add in the
        // meantime.
        const bytes = await this.#fetchOne(file, options);
        movedBytes += bytes;
      }
    };
    await Promise.all(Array.from({ length: FETCHES_MAX }, lane));
    return movedBytes;
  }

  /** Reads and verifies a file. A file that is damaged or missing on disk is fetched again. */
  async read(file: BlobReference): Promise<Uint8Array<ArrayBuffer>> {
    const { local } = this.#options;
    try {
      return await local.read(file.digest);
    } catch (error) {
      const isGone = error instanceof DmlError && ["blob_corrupt", "blob_not_found"].includes(error.code);
      if (!isGone) throw error;
      await this.#fetchOne(file, {});
      return await local.read(file.digest);
    }
  }

  /**
   * Deletes an index and its buckets, except those in `keep`. The index goes last, so that files
   * left over by a crash can still be found through it.
   */
  async delete(digest: Digest, index: GalleryIndex, { keep }: { keep: ReadonlySet<Digest> }): Promise<void> {
    for (const bucket of index.buckets) if (!keep.has(bucket.digest)) await this.#options.local.delete(bucket.digest);
    if (!keep.has(digest)) await this.#options.local.delete(digest);
  }

  /** Deletes every version of the gallery on this node, except the files in `keep`. */
  async sweep(gallery: string, options: { keep: ReadonlySet<Digest> }): Promise<void> {
    const stale: [Digest, GalleryIndex][] = [];
    for await (const { digest, size } of this.#options.local.list()) {
      if (size > GALLERY_INDEX_BYTES_MAX || options.keep.has(digest)) continue;
      const index = await this.#indexIn(digest);
      if (index?.gallery === gallery) stale.push([digest, index]);
    }
    for (const [digest, index] of stale) await this.delete(digest, index, options);
  }

  #fetchOne(file: BlobReference, { signal }: { signal?: AbortSignal }): Promise<number> {
    const { local: to, remote: from, clock, random } = this.#options;
    const known = this.#fetching.get(file.digest);
    if (known !== undefined) return known.then(() => 0);
    const copying = copyBlob(file.digest, { from, to, size: file.size, clock, random, signal })
      .finally(() => this.#fetching.delete(file.digest));
    this.#fetching.set(file.digest, copying);
    return copying;
  }

  /** Returns the index stored under `digest`; `null` if that file is no index or is damaged. */
  async #indexIn(digest: Digest): Promise<GalleryIndex | null> {
    try {
      if (await this.#firstByte(digest) !== BRACE) return null;
      return decodeGalleryIndex(await this.#options.local.read(digest));
    } catch (error) {
      if (!(error instanceof DmlError)) throw error;
      return null;
    }
  }

  async #firstByte(digest: Digest): Promise<number | null> {
    const { stream } = await this.#options.local.open(digest);
    const reader = stream.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return value?.[0] ?? null;
  }
}
