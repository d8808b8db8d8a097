import { compareText } from "./compare_text.ts";
import { cosine } from "./cosine.ts";
import type { GalleryView } from "./gallery_view.ts";
import { idOf, nameOf } from "./people_table.ts";
import { floatsAddress, type RowLayout, rowLayout } from "./row_layout.ts";

/** Index of a person, and the similarity of their nearest enrolled face. */
interface Near {
  readonly person: number;
  readonly similarity: number;
}

/**
 * Collection of the people nearest to one embedding, among those that were offered. A person is
 * left out if a rejected face is at least as near as every enrolled one. Equal similarities are
 * ordered by name, then by id.
 */
export class NearestPeople {
  readonly #seen = new Set<number>();
  readonly #nearest: Near[] = [];
  readonly #layout: RowLayout;

  readonly view: GalleryView;
  readonly embedding: Float32Array;
  readonly #floats: Float32Array;
  readonly #countMax: number;

  constructor(options: { view: GalleryView; floats: Float32Array; embedding: Float32Array; countMax: number }) {
    this.view = options.view;
    this.embedding = options.embedding;
    this.#floats = options.floats;
    this.#countMax = options.countMax;
    this.#layout = rowLayout(options.view.dimensions);
  }

  /**
   * Similarity below which a person is no longer accepted: -2, below every similarity, while there
   * is room; 2, above every similarity, if `countMax` is 0.
   */
  get similarityMin(): number {
    if (this.#countMax < 1) return 2;
    return this.#nearest.length < this.#countMax ? -2 : this.#nearest[this.#countMax - 1].similarity;
  }

  /**
   * Compares the row in `slot` and, if it is near enough to matter, all rows of the person who is
   * enrolled in it.
   */
  offerSlot(slot: number): void {
    const owner = this.view.people.personOfSlot[slot];
    if (owner === 0 || this.#seen.has(owner - 1)) return;
    if (this.#similarityOf(slot) >= this.similarityMin) this.offer(owner - 1);
  }

  /** Compares all rows of `person`. */
  offer(person: number): void {
    this.#seen.add(person);
    const { starts } = this.view.people;
    const similarity = this.#nearestBetween(starts[2 * person], starts[2 * person + 1]);
    if (similarity < this.similarityMin) return;
    if (this.#nearestBetween(starts[2 * person + 1], starts[2 * person + 2]) >= similarity) return;
    this.#insert({ person, similarity });
  }

  /** Returns the nearest people, best first. */
  get(): { id: string; name: string; similarity: number }[] {
    const { people } = this.view;
    return this.#nearest.map(({ person, similarity }) => ({
      id: idOf(people, person),
      name: nameOf(people, person),
      similarity,
    }));
  }

  #insert(near: Near): void {
    let position = this.#nearest.length;
    while (position > 0 && this.#isBefore(near, this.#nearest[position - 1])) position--;
    this.#nearest.splice(position, 0, near);
    if (this.#nearest.length > this.#countMax) this.#nearest.pop();
  }

  #isBefore(one: Near, other: Near): boolean {
    if (one.similarity !== other.similarity) return one.similarity > other.similarity;
    const { people } = this.view;
    const byName = compareText(nameOf(people, one.person), nameOf(people, other.person));
    return (byName || compareText(idOf(people, one.person), idOf(people, other.person))) < 0;
  }

  /**
   * Returns the greatest similarity among `slots` from index `start` up to `end`; minus infinity if
   * there are none.
   */
  #nearestBetween(start: number, end: number): number {
    let greatest = -Infinity;
    for (let index = start; index < end; index++) {
      greatest = Math.max(greatest, this.#similarityOf(this.view.people.slots[index]));
    }
    return greatest;
  }

  #similarityOf(slot: number): number {
    const start = floatsAddress(this.#layout, slot) / Float32Array.BYTES_PER_ELEMENT;
    return cosine(this.embedding, this.#floats, start);
  }
}
