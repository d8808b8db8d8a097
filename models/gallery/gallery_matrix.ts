import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { bucketOf, decodeBucket, type GalleryPerson } from "./gallery_bucket.ts";
import type { GalleryIndex } from "./gallery_index.ts";
import { GalleryRows } from "./gallery_rows.ts";
import type { GalleryView } from "./gallery_view.ts";
import { buildPeopleTable, type PlacedPerson } from "./people_table.ts";

/**
 * Slots that are unused from version `version` on, but that views of older versions may still read.
 */
interface Retired {
  readonly version: number;
  readonly slots: readonly number[];
}

/**
 * The people of one gallery in memory that all workers of the node share. One thread owns the
 * matrix and updates it from version to version; each version is handed out as a view. Unchanged
 * rows stay where they are, so that older views remain valid during an update.
 */
export class GalleryMatrix {
  readonly #dimensions: number;
  readonly #rows: GalleryRows;
  /** Buckets of the current version, by digest. */
  #buckets = new Map<Digest, readonly PlacedPerson[]>();
  #view: GalleryView | null = null;
  #retired: Retired[] = [];
  /** Completion of the latest update; updates run one after another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: { dimensions: number }) {
    this.#dimensions = options.dimensions;
    this.#rows = new GalleryRows(options);
  }

  /** Returns the digests of the buckets of `index` that are not loaded, each once. */
  missing(index: GalleryIndex): Digest[] {
    const digests = new Set(index.buckets.map(({ digest }) => digest));
    return [...digests].filter((digest) => !this.#buckets.has(digest));
  }

  /**
   * Updates the memory to `index`, reading only the buckets that are {@linkcode missing}, and
   * resolves with the new view, or with the current one if it has this version already. Throws
   * `gallery_invalid` if a bucket does not belong to this gallery, or if the version is older than
   * the current one. After any error the current version is intact.
   */
  update(index: GalleryIndex, read: (digest: Digest) => Promise<Uint8Array> | Uint8Array): Promise<GalleryView> {
    const updated = this.#turn.then(() => this.#update(index, read));
    this.#turn = updated.catch(() => null);
    return updated;
  }

  /**
   * Frees the slots that only versions older than `version` use. Call this once no worker uses any
   * of those.
   */
  release(version: number): void {
    for (const { slots } of this.#retired.filter((retired) => retired.version <= version)) this.#rows.free(slots);
    this.#retired = this.#retired.filter((retired) => retired.version > version);
  }

  async #update(
    index: GalleryIndex,
    read: (digest: Digest) => Promise<Uint8Array> | Uint8Array,
  ): Promise<GalleryView> {
    const current = this.#checkSuccession(index);
    if (current !== null) return current;
    const wanted = new Set(index.buckets.map(({ digest }) => digest));
    const leaving = new Map<string, PlacedPerson>();
    for (const [digest, people] of this.#buckets) {
      if (!wanted.has(digest)) people.forEach((person) => leaving.set(person.id, person));
    }
    const buckets = new Map<Digest, readonly PlacedPerson[]>();
    const written: number[] = [];
    let people: PlacedPerson[];
    try {
      for (const digest of wanted) {
        const present = this.#buckets.get(digest);
        buckets.set(digest, present ?? this.#place(await read(digest), { leaving, written }));
      }
      people = peopleOf(index, buckets);
    } catch (error) {
      this.#rows.free(written);
      throw error;
    }
    this.#retired.push({ version: index.version, slots: [...leaving.values()].flatMap(slotsOf) });
    this.#buckets = buckets;
    const { gallery, version, embedder, dimensions, thresholds } = index;
    const { memory, slotCount } = this.#rows;
    const table = buildPeopleTable(people, slotCount);
    return this.#view = { gallery, version, embedder, dimensions, thresholds, memory, people: table };
  }

  /**
   * Returns the current view if it has the version of the index, null if the index is newer. Throws
   * `gallery_invalid` if the index is older or has other dimensions.
   */
  #checkSuccession({ version, dimensions, gallery }: GalleryIndex): GalleryView | null {
    if (dimensions !== this.#dimensions) {
      throw new DmlError(
        "gallery_invalid",
        `The gallery ${gallery} has embeddings of ${dimensions} numbers instead of ${this.#dimensions}.`,
      );
    }
    if (this.#view === null || version > this.#view.version) return null;
    if (version === this.#view.version) return this.#view;
    throw new DmlError(
      "gallery_invalid",
      `The gallery ${gallery} is at version ${this.#view.version} here; version ${version} is older.`,
    );
  }

  /**
   * Writes the people of a bucket into slots, noted in `written`. People in `leaving` whose faces
   * have not changed keep their slots and are removed from `leaving`.
   */
  #place(bytes: Uint8Array, notes: { leaving: Map<string, PlacedPerson>; written: number[] }): PlacedPerson[] {
    return decodeBucket(bytes, { dimensions: this.#dimensions }).map((person) => {
      const { id, name } = person;
      const before = notes.leaving.get(id);
      if (before !== undefined && this.#isPlacedAs(person, before)) {
        notes.leaving.delete(id);
        return { id, name, faces: before.faces, rejected: before.rejected };
      }
      const place = (row: Float32Array) => {
        const slot = this.#rows.write(row);
        notes.written.push(slot);
        return slot;
      };
      return { id, name, faces: person.faces.map(place), rejected: person.rejected.map(place) };
    });
  }

  #isPlacedAs({ faces, rejected }: GalleryPerson, before: PlacedPerson): boolean {
    return faces.length === before.faces.length && rejected.length === before.rejected.length &&
      faces.every((row, index) => this.#rows.holds(before.faces[index], row)) &&
      rejected.every((row, index) => this.#rows.holds(before.rejected[index], row));
  }
}

function slotsOf({ faces, rejected }: PlacedPerson): number[] {
  return [...faces, ...rejected];
}

/**
 * Returns all people of the gallery. Throws `gallery_invalid` if a person is not in the bucket that
 * belongs to their id, or if their number is not the one in `index`.
 */
function peopleOf(index: GalleryIndex, buckets: ReadonlyMap<Digest, readonly PlacedPerson[]>): PlacedPerson[] {
  const count = index.buckets.length;
  const people = index.buckets.flatMap(({ digest }, position) => {
    const inBucket = buckets.get(digest) ?? [];
    const stray = inBucket.find(({ id }) => bucketOf(id, count) !== position);
    if (stray === undefined) return inBucket;
    throw new DmlError("gallery_invalid", `${stray.id} of the gallery ${index.gallery} is in the wrong bucket.`);
  });
  if (people.length === index.people) return people;
  throw new DmlError(
    "gallery_invalid",
    `The gallery ${index.gallery} has ${people.length} people in its buckets, but its index says ${index.people}.`,
  );
}
