import type { Person } from "../../../protocol/messages/prediction.ts";

/** What was said of one labelled picture, held against its label. */
const VERDICTS = ["correct", "wrong", "unknown", "uncertain", "poorQuality", "noFace", "failed"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** How one person, or everybody, fared. */
export type Tally = Readonly<Record<Verdict, number>> & { readonly pictures: number };

/** One label that was taken for somebody else. */
export interface Confusion {
  readonly expected: string;
  readonly named: string;
  readonly files: readonly string[];
}

/** The outcome of a test on labelled pictures. */
export interface Score {
  readonly people: readonly (Tally & { readonly name: string; readonly enrolled: boolean })[];
  readonly total: Tally;
  /** Correct ones of all that were looked at; null when none was. */
  readonly accuracy: number | null;
  /** Most often first. */
  readonly confusions: readonly Confusion[];
}

/**
 * What the gallery's answer is worth when the picture is of `expected`: naming them is correct; who is not enrolled is correct
 * when unknown; another name is wrong, whoever it is.
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

/** Counts verdicts as they come. */
export class Scoreboard {
  readonly #enrolled: ReadonlySet<string>;
  readonly #people = new Map<string, Map<Verdict, number>>();
  readonly #confusions = new Map<string, { expected: string; named: string; files: string[] }>();

  /** `enrolled`: who the gallery knows. */
  constructor(enrolled: ReadonlySet<string>) {
    this.#enrolled = enrolled;
  }

  /** The largest face of a picture, null for none. */
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

  /** A picture that could not be looked at. */
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
