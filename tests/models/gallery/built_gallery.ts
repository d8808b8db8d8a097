import { bucketOf, encodeBucket, type GalleryPerson } from "../../../models/gallery/gallery_bucket.ts";
import { DEFAULT_THRESHOLDS, encodeGalleryIndex, type GalleryIndex } from "../../../models/gallery/gallery_index.ts";
import type { BlobStore } from "../../../protocol/ports/blob_store.ts";
import { type Digest, digestOf } from "../../../protocol/kernel/digest.ts";
import type { BlobReference } from "../../../protocol/messages/task.ts";

/** Content of a gallery version. */
export interface GalleryParts {
  readonly gallery: string;
  readonly version: number;
  readonly embedder: Digest;
  readonly people: readonly GalleryPerson[];
  /** Number of buckets, a power of two. */
  readonly buckets?: number;
  readonly dimensions?: number;
}

/** Returns a person with these faces; the name is the id with a capital letter. */
export function somebody(id: string, ...faces: Float32Array[]): GalleryPerson {
  return { id, name: `${id[0].toUpperCase()}${id.slice(1)}`, faces, rejected: [] };
}

/** Returns the unit vector along axis `at`. */
export function axis(at: number, dimensions = 8): Float32Array {
  const vector = new Float32Array(dimensions);
  vector[at] = 1;
  return vector;
}

/** Puts every file of a version into `store` and returns its index and the reference to it. */
export async function putGallery(
  store: BlobStore,
  parts: GalleryParts,
): Promise<{ index: GalleryIndex; reference: BlobReference }> {
  const { gallery, version, embedder, people, buckets: count = 4, dimensions = 8 } = parts;
  const put = async (bytes: Uint8Array<ArrayBuffer>): Promise<BlobReference> => {
    const digest = digestOf(bytes);
    await store.put(digest, bytes);
    return { digest, size: bytes.length };
  };
  const buckets: BlobReference[] = [];
  for (let bucket = 0; bucket < count; bucket++) {
    const inside = people.filter(({ id }) => bucketOf(id, count) === bucket);
    buckets.push(await put(encodeBucket(inside, { dimensions })));
  }
  const index: GalleryIndex = {
    schema: 1,
    gallery,
    version,
    embedder,
    dimensions,
    thresholds: DEFAULT_THRESHOLDS,
    people: people.length,
    faces: people.reduce((sum, { faces }) => sum + faces.length, 0),
    buckets,
  };
  return { index, reference: await put(encodeGalleryIndex(index)) };
}
