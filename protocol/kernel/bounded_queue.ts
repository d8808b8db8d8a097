import { invariant } from "./invariant.ts";

/** First-in first-out queue of limited size. O(1) at both ends. */
export class BoundedQueue<Item> {
  #items: Item[] = [];
  #head = 0;

  constructor(readonly capacity: number) {
    invariant(
      Number.isSafeInteger(capacity) && capacity > 0,
      `a queue needs a capacity of at least 1, not ${capacity}`,
    );
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Appends `item`. Returns false and changes nothing if the queue is full. */
  push(item: Item): boolean {
    if (this.size >= this.capacity) return false;
    this.#items.push(item);
    return true;
  }

  /** Removes and returns the oldest item, or `undefined` if there is none. */
  shift(): Item | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined as Item;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Removes and returns all items, oldest first. */
  drain(): Item[] {
    const items = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    return items;
  }
}
