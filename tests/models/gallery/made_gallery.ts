import { bucketCountFor, bucketOf, encodeBucket, type GalleryPerson } from "../../../models/gallery/gallery_bucket.ts";
import { DEFAULT_THRESHOLDS, type GalleryIndex } from "../../../models/gallery/gallery_index.ts";
import { type Digest, digestOf } from "../../../protocol/kernel/digest.ts";
import type { Random } from "../../../protocol/kernel/random.ts";

/** The files of a gallery version, as the master would store them. */
export interface MadeGallery {
  readonly index: GalleryIndex;
  readonly blobs: ReadonlyMap<Digest, Uint8Array<ArrayBuffer>>;
}

/** Cuts `people` into buckets and returns the bucket files with their index. */
export function makeGallery(
  people: readonly GalleryPerson[],
  options: { dimensions: number; version?: number; bucketCount?: number },
): MadeGallery {
  const { dimensions, version = 1 } = options;
  const faces = people.reduce((sum, person) => sum + person.faces.length, 0);
  const count = options.bucketCount ?? bucketCountFor({ people: people.length, faces, dimensions });
  const buckets = Array.from(
    { length: count },
    (_, bucket) => encodeBucket(people.filter(({ id }) => bucketOf(id, count) === bucket), { dimensions }),
  ).map((bytes) => ({ digest: digestOf(bytes), bytes }));
  const index: GalleryIndex = {
    schema: 1,
    gallery: "staff",
    version,
    embedder: digestOf(new TextEncoder().encode("an embedder")),
    dimensions,
    thresholds: DEFAULT_THRESHOLDS,
    people: people.length,
    faces,
    buckets: buckets.map(({ digest, bytes }) => ({ digest, size: bytes.length })),
  };
  return { index, blobs: new Map(buckets.map(({ digest, bytes }) => [digest, bytes])) };
}

/** Returns a function that reads buckets of `made` and appends each requested digest to `asked`. */
export function readerOf(made: MadeGallery, asked: Digest[] = []): (digest: Digest) => Uint8Array {
  return (digest) => {
    asked.push(digest);
    const bytes = made.blobs.get(digest);
    if (bytes === undefined) throw new Error(`nobody made ${digest}`);
    return bytes;
  };
}

/** Returns a random unit vector, near `centre` if it is given. */
export function madeFace(
  random: Random,
  options: { dimensions: number; centre?: Float32Array; spread?: number },
): Float32Array {
  const { dimensions, centre, spread = 0.5 } = options;
  const bell = () => random() + random() + random() + random() - 2;
  const noise = unit(Float32Array.from({ length: dimensions }, bell));
  return centre === undefined ? noise : unit(centre.map((value, index) => value + spread * noise[index]));
}

/** Returns `row` scaled to length one. */
export function unit(row: Float32Array): Float32Array {
  const length = Math.hypot(...row);
  return row.map((value) => value / length);
}

/**
 * Returns people with `faceCount` faces each around a random direction; about a fifth of them also
 * have a rejected face.
 */
export function madePeople(
  random: Random,
  options: { count: number; faceCount: number; dimensions: number },
): GalleryPerson[] {
  const { count, faceCount, dimensions } = options;
  return Array.from({ length: count }, (_, index) => {
    const centre = madeFace(random, { dimensions });
    const face = () => madeFace(random, { dimensions, centre });
    return {
      id: `person_${index}`,
      name: `Name ${Math.floor(index / 2)}`,
      faces: Array.from({ length: faceCount }, face),
      rejected: random() < 0.2 ? [face()] : [],
    };
  });
}

/**
 * Computes the matches by their definition: every person by the nearest face, left out if a
 * rejected face is at least as near.
 */
export function nearestByDefinition(
  people: readonly GalleryPerson[],
  embedding: Float32Array,
): { name: string; similarity: number }[] {
  const similarityTo = (row: Float32Array) => {
    let sum = 0;
    for (let index = 0; index < row.length; index++) sum += row[index] * embedding[index];
    return sum > 1 ? 1 : sum < -1 ? -1 : sum;
  };
  return people.flatMap(({ id, name, faces, rejected }) => {
    const similarity = Math.max(-Infinity, ...faces.map(similarityTo));
    const against = Math.max(-Infinity, ...rejected.map(similarityTo));
    return faces.length > 0 && against < similarity ? [{ id, name, similarity }] : [];
  }).sort((one, other) =>
    other.similarity - one.similarity ||
    (one.name < other.name ? -1 : one.name > other.name ? 1 : one.id < other.id ? -1 : 1)
  ).map(({ name, similarity }) => ({ name, similarity }));
}
