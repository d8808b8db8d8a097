import { decodeGalleryIndex, GALLERY_INDEX_BYTES_MAX, type GalleryIndex } from "../../models/gallery/gallery_index.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { copyBlob } from "../../protocol/blob/copy_blob.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";

/** Files that are fetched at once: many are small. */
const FETCHES_MAX = 4;
/** How a JSON document begins: most buckets need not be read to find out that they are no index. */
const BRACE = 0x7b;

/** Where the files of galleries are kept, and where they come from. */
export interface GalleryFilesOptions {
  /** Of this node. */
  readonly local: BlobStore;
  /** The master's. */
  readonly remote: Pick<BlobStore, "open">;
  readonly clock: Clock;
  readonly random: Random;
}

/** The files of galleries on this node: each is fetched once, by digest, and stays until no version needs it. */
export class GalleryFiles {
  readonly #options: GalleryFilesOptions;
  /** On their way; two galleries may need the same. */
  readonly #fetching = new Map<Digest, Promise<number>>();

  constructor(options: GalleryFilesOptions) {
    this.#options = options;
  }

  /** Fetches those of `files` that are not here and returns how many bytes moved. Throws as `copyBlob` does. */
  async fetch(files: readonly BlobReference[], options: { signal?: AbortSignal } = {}): Promise<number> {
    const queue = [...new Map(files.map((file) => [file.digest, file])).values()];
    let movedBytes = 0;
    const lane = async () => {
      for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
        // Not `+= await`, which would forget what other lanes added meanwhile.
        const bytes = await this.#fetchOne(file, options);
        movedBytes += bytes;
      }
    };
    await Promise.all(Array.from({ length: FETCHES_MAX }, lane));
    return movedBytes;
  }

  /** A file, verified; one that was damaged since it came is fetched again. */
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

  /** Deletes an index and its buckets, but for what `keep` names. The index goes last: what a crash leaves over is found by it. */
  async delete(digest: Digest, index: GalleryIndex, { keep }: { keep: ReadonlySet<Digest> }): Promise<void> {
    for (const bucket of index.buckets) if (!keep.has(bucket.digest)) await this.#options.local.delete(bucket.digest);
    if (!keep.has(digest)) await this.#options.local.delete(digest);
  }

  /** Deletes every version of the gallery that is here, but for what `keep` names. */
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

  /** Null for what is no index, and for a damaged file, which is none any more. */
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
