import { cosine } from "../../models/gallery/cosine.ts";
import { defaultThresholds, rateOfSimilarity } from "../../models/gallery/default_thresholds.ts";
import { DEFAULT_THRESHOLDS } from "../../models/gallery/gallery_index.ts";
import { recognise } from "../../models/gallery/recognise.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { FaceQuality } from "../../protocol/messages/prediction.ts";

/** A face and the name of its person. */
export interface NamedFace {
  readonly name: string;
  readonly embedding: Float32Array;
  readonly quality: FaceQuality;
}

/** Naming in galleries of one size, of one face each, with the default thresholds for it. */
export interface NamingRow {
  /** Number of enrolled faces. */
  readonly size: number;
  readonly known: number;
  /** Strangers who were looked up and who got a name; `null` if the set has too few persons. */
  readonly strangers: { readonly asked: number; readonly named: number; readonly uncertain: number } | null;
  /** Further faces of enrolled persons, by their answers; `null` if the set has none. */
  readonly enrolled: { readonly asked: number; readonly right: number; readonly wrong: number } | null;
  /** Share of pairs of two persons of the set at or above `known`; `null` if there are too few. */
  readonly pairRate: number | null;
  /** Share of strangers named by the fitted tail, as if no two enrolled persons were alike. */
  readonly modelled: number;
}

/** Fewest pairs above a similarity from which their share is more than chance. */
const PAIRS_MIN = 10;
/** Number of strangers who are looked up at least, in as many galleries as it takes. */
const STRANGERS_MIN = 20_000;
/** Fewest strangers beside a gallery that is measured. */
const OTHERS_MIN = 100;

/** Faces of which any two can be compared; their similarities are computed once. */
export class NamingMeter {
  /** The first face of each person, and the further ones. */
  readonly #first: readonly NamedFace[];
  readonly #further: ReadonlyMap<string, readonly NamedFace[]>;
  readonly #similarities: Float32Array[];
  readonly #random: Random;

  /** Creates a meter of faces, all of a quality that is compared. */
  constructor(faces: readonly NamedFace[], random: Random) {
    const byName = Map.groupBy(faces, ({ name }) => name);
    this.#first = [...byName.values()].map(([face]) => face);
    this.#further = new Map([...byName].map(([name, [_, ...rest]]) => [name, rest]));
    this.#random = random;
    this.#similarities = this.#first.map(({ embedding }) =>
      Float32Array.from(this.#first, (other) => cosine(embedding, other.embedding))
    );
  }

  /** Number of persons. */
  get persons(): number {
    return this.#first.length;
  }

  /** Returns the pairs of two persons that are most alike, so that wrong labels can be seen. */
  mostAlike(count: number): { names: [string, string]; similarity: number }[] {
    const found: { names: [string, string]; similarity: number }[] = [];
    for (const [row, similarities] of this.#similarities.entries()) {
      for (let column = 0; column < row; column++) {
        const similarity = similarities[column];
        if (found.length === count && similarity <= found[count - 1].similarity) continue;
        found.push({ names: [this.#first[column].name, this.#first[row].name], similarity });
        found.sort((one, other) => other.similarity - one.similarity).splice(count);
      }
    }
    return found;
  }

  /** Measures galleries of `size` faces, each drawn anew, and models them. */
  measure(size: number): NamingRow {
    const { known } = defaultThresholds(size);
    const thresholds = { ...DEFAULT_THRESHOLDS, ...defaultThresholds(size) };
    const strangers = { asked: 0, named: 0, uncertain: 0 };
    const enrolled = { asked: 0, right: 0, wrong: 0 };
    const others = this.persons - size;
    while (others >= OTHERS_MIN && strangers.asked < STRANGERS_MIN) {
      const order = this.#shuffled();
      const gallery = order.slice(0, size);
      for (const stranger of order.slice(size)) {
        const nearest = this.#nearest(gallery, (column) => this.#similarities[stranger][column]);
        const { recognition } = recognise(nearest, { quality: this.#first[stranger].quality, thresholds });
        strangers.asked++;
        if (recognition === "known") strangers.named++;
        if (recognition === "uncertain") strangers.uncertain++;
      }
      for (const place of gallery) {
        const { name } = this.#first[place];
        for (const { embedding, quality } of this.#further.get(name) ?? []) {
          const similarity = (column: number) => cosine(embedding, this.#first[column].embedding);
          const answer = recognise(this.#nearest(gallery, similarity), { quality, thresholds });
          enrolled.asked++;
          if (answer.recognition === "known") enrolled[answer.name === name ? "right" : "wrong"]++;
        }
      }
    }
    return {
      size,
      known,
      strangers: strangers.asked === 0 ? null : strangers,
      enrolled: enrolled.asked === 0 ? null : enrolled,
      pairRate: this.#pairRate(known),
      modelled: namedOf(size, rateOfSimilarity(known)),
    };
  }

  /** Returns the two nearest persons of a gallery, nearest first. */
  #nearest(gallery: readonly number[], similarity: (column: number) => number) {
    let [best, second] = [-1, -1];
    let [bestSimilarity, secondSimilarity] = [-Infinity, -Infinity];
    for (const column of gallery) {
      const value = similarity(column);
      if (value > bestSimilarity) {
        [second, secondSimilarity] = [best, bestSimilarity];
        [best, bestSimilarity] = [column, value];
      } else if (value > secondSimilarity) [second, secondSimilarity] = [column, value];
    }
    return [[best, bestSimilarity], [second, secondSimilarity]].filter(([place]) => place >= 0)
      .map(([place, value]) => ({ name: this.#first[place].name, similarity: value }));
  }

  #pairRate(known: number): number | null {
    let above = 0;
    for (const [row, similarities] of this.#similarities.entries()) {
      for (let column = 0; column < row; column++) if (similarities[column] >= known) above++;
    }
    return above < PAIRS_MIN ? null : above / (this.persons * (this.persons - 1) / 2);
  }

  /** Returns the places of all persons in a random order (Fisher and Yates). */
  #shuffled(): number[] {
    const order = this.#first.map((_, index) => index);
    for (let last = order.length - 1; last > 0; last--) {
      const chosen = Math.floor(this.#random() * (last + 1));
      [order[last], order[chosen]] = [order[chosen], order[last]];
    }
    return order;
  }
}

/** Returns the share of strangers who reach one of `size` faces, if each pair does at `rate`. */
export function namedOf(size: number, rate: number): number {
  return 1 - (1 - rate) ** size;
}
