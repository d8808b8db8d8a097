import { type Random, seededRandom } from "../../protocol/kernel/random.ts";

/** The choices of one case. The same seed gives the same choices. */
export class Dice {
  readonly random: Random;
  #note: () => string = () => "nothing was noted";

  constructor(readonly seed: number) {
    // Neighbouring seeds would give similar first numbers.
    const mixed = seededRandom(seed);
    this.random = seededRandom(Math.floor(mixed() * 2 ** 32) ^ Math.imul(seed, 0x9e3779b1));
  }

  /** Returns a whole number from 0 to `end - 1`. */
  below(end: number): number {
    return Math.floor(this.random() * end);
  }

  /** Returns true once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }

  /** Remembers what the case is, which is asked for only if it fails. */
  note(describe: () => string): void {
    this.#note = describe;
  }

  /** Returns what the case is, as {@linkcode Dice.note} was told. */
  describe(): string {
    return this.#note();
  }
}
