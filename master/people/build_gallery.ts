import { bucketCountFor, encodeBucket } from "../../models/gallery/gallery_bucket.ts";
import { encodeGalleryIndex } from "../../models/gallery/gallery_index.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import type { BuiltBucket, BuiltGallery, GalleryRecord, PeopleStore } from "./people_store.ts";
import { thresholdsInForce } from "./thresholds_in_force.ts";

/**
 * Factor by which a gallery must shrink before it gets fewer buckets; with a smaller one, it would
 * be divided anew again and again.
 */
const SHRINK_FACTOR = 4;

export interface BuildOptions {
  readonly store: PeopleStore;
  readonly durable: BlobStore;
  /**
   * Buckets that changed since the version that is built, numbered as if the gallery had
   * `GALLERY_BUCKETS_MAX` of them, the most that it can have.
   */
  readonly slots: ReadonlySet<number> | "all";
}

/**
 * Builds the blobs of the version of `record`: the buckets that changed, and an index of these and
 * the unchanged ones. All buckets are built if there is no version yet, if everything changed, or
 * if the number of buckets no longer fits.
 */
export async function buildGallery(record: GalleryRecord, options: BuildOptions): Promise<BuiltGallery> {
  const { name: gallery, embedder, dimensions, version, built } = record;
  const { people, enrolled } = built === null ? options.store.counts(gallery) : { people: 0, enrolled: 0 };
  const count = built?.buckets.length ?? bucketCountFor({ people, faces: enrolled, dimensions });
  let buckets = await buildBuckets(record, { ...options, count, isAll: built === null || options.slots === "all" });
  const wanted = bucketCountFor({ ...totalOf(buckets), dimensions });
  // More buckets are taken at once, fewer only after the gallery has shrunk much.
  if (wanted > count || wanted * SHRINK_FACTOR <= count) {
    buckets = await buildBuckets(record, { ...options, count: wanted, isAll: true });
  }
  const blobs = buckets.map(({ digest, size }) => ({ digest, size }));
  const total = totalOf(buckets);
  const thresholds = thresholdsInForce(record, total.faces);
  const document = { gallery, version, embedder, dimensions, thresholds, ...total, buckets: blobs };
  const bytes = encodeGalleryIndex({ schema: 1, ...document });
  const digest = digestOf(bytes);
  await options.durable.put(digest, bytes);
  return { version, index: { digest, size: bytes.length }, buckets };
}

async function buildBuckets(
  { name: gallery, embedder, dimensions, built }: GalleryRecord,
  { store, durable, slots, count, isAll }: BuildOptions & { count: number; isAll: boolean },
): Promise<BuiltBucket[]> {
  const buckets: BuiltBucket[] = [];
  const due = slots === "all" ? null : new Set([...slots].map((slot) => slot % count));
  for (let bucket = 0; bucket < count; bucket++) {
    const old = built?.buckets[bucket];
    if (!isAll && old !== undefined && !due?.has(bucket)) {
      buckets.push(old);
      continue;
    }
    const people = store.bucket({ gallery, embedder, bucket, buckets: count });
    const bytes = encodeBucket(people, { dimensions });
    const digest = digestOf(bytes);
    await durable.put(digest, bytes);
    const faces = people.reduce((sum, person) => sum + person.faces.length, 0);
    buckets.push({ digest, size: bytes.length, people: people.length, faces });
  }
  return buckets;
}

/** Returns the digests of all blobs of a version. */
export function digestsOf(built: BuiltGallery | null): Digest[] {
  return built === null ? [] : [built.index.digest, ...built.buckets.map(({ digest }) => digest)];
}

/** Returns the number of enrolled faces that the version in force compares. */
export function facesInForce({ built }: Pick<GalleryRecord, "built">): number {
  return totalOf(built?.buckets ?? []).faces;
}

/** Returns the numbers of people and faces of all buckets together. */
export function totalOf(buckets: readonly BuiltBucket[]): { people: number; faces: number } {
  const sum = { people: 0, faces: 0 };
  for (const { people, faces } of buckets) [sum.people, sum.faces] = [sum.people + people, sum.faces + faces];
  return sum;
}
