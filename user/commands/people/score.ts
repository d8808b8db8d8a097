import type { Person } from "../../../protocol/messages/prediction.ts";

/** Results of comparing the prediction of a labelled picture with its label. */
const VERDICTS = ["correct", "wrong", "unknown", "uncertain", "poorQuality", "noFace", "failed"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Number of pictures by verdict, of one person or of everybody. */
export type Tally = Readonly<Record<Verdict, number>> & { readonly pictures: number };

/** A person who was taken for another one, and the pictures in which that happened. */
export interface Confusion {
  readonly expected: string;
  readonly named: string;
  readonly files: readonly string[];
}

/** Result of a test on labelled pictures. */
export interface Score {
  readonly people: readonly (Tally & { readonly name: string; readonly enrolled: boolean })[];
  readonly total: Tally;
  /** Share of correct pictures among those that were predicted; `null` if none was. */
  readonly accuracy: number | null;
  /** Confusions, the most frequent first. */
  readonly confusions: readonly Confusion[];
}

/**
 * Compares the answer of the gallery with `expected`, the person in the picture. The right name is
 * correct. For a person who is not enrolled, "unknown" is correct. Any other name is wrong.
 */
function verdictOf(person: Person | null, expected: { name: string; isEnrolled: boolean }): Verdict {
  if (person === null) return "noFace";
  switch (person.recognition) {
    case "known":
      return expected.isEnrolled && person.name === expected.name ? "correct" : "wrong";
    case "uncertain":
      return "uncertain";
    case "poor_quality":
      return "poorQuality";
    case "unknown":
    case undefined:
      return expected.isEnrolled ? "unknown" : "correct";
  }
}

/** Running count of verdicts. */
export class Scoreboard {
  readonly #enrolled: ReadonlySet<string>;
  readonly #people = new Map<string, Map<Verdict, number>>();
  readonly #confusions = new Map<string, { expected: string; named: string; files: string[] }>();

  /** Creates an empty count. `enrolled` are the names of the people in the gallery. */
  constructor(enrolled: ReadonlySet<string>) {
    this.#enrolled = enrolled;
  }

  /**
   * Counts a picture and returns its verdict. `person` is the one with the largest face; `null` if
   * the picture shows no face.
   */
  add(picture: { expected: string; file: string }, person: Person | null): Verdict {
    const { expected, file } = picture;
    const verdict = verdictOf(person, { name: expected, isEnrolled: this.#enrolled.has(expected) });
    this.#count(expected, verdict);
    if (verdict === "wrong" && person?.name) {
      const key = JSON.stringify([expected, person.name]);
      const confusion = this.#confusions.get(key) ?? { expected, named: person.name, files: [] };
      confusion.files.push(file);
      this.#confusions.set(key, confusion);
    }
    return verdict;
  }

  /** Counts a picture that could not be predicted. */
  fail(expected: string): void {
    this.#count(expected, "failed");
  }

  score(): Score {
    const people = [...this.#people].map(([name, counts]) => ({
      name,
      enrolled: this.#enrolled.has(name),
      ...tallyOf([counts]),
    }));
    const total = tallyOf([...this.#people.values()]);
    const looked = total.pictures - total.failed;
    const confusions = [...this.#confusions.values()].sort((one, other) => other.files.length - one.files.length);
    return { people, total, accuracy: looked === 0 ? null : total.correct / looked, confusions };
  }

  #count(expected: string, verdict: Verdict): void {
    const counts = this.#people.get(expected) ?? new Map<Verdict, number>();
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    this.#people.set(expected, counts);
  }
}

function tallyOf(all: readonly ReadonlyMap<Verdict, number>[]): Tally {
  const count = (verdict: Verdict) => all.reduce((sum, counts) => sum + (counts.get(verdict) ?? 0), 0);
  const tally = {
    correct: count("correct"),
    wrong: count("wrong"),
    unknown: count("unknown"),
    uncertain: count("uncertain"),
    poorQuality: count("poorQuality"),
    noFace: count("noFace"),
    failed: count("failed"),
  };
  return { ...tally, pictures: Object.values(tally).reduce((sum, number) => sum + number, 0) };
}
