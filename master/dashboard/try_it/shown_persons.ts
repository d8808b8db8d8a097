import type { Person, Prediction } from "../../../protocol/messages/prediction.ts";
import { settings } from "./try_state.ts";

/** Verdict on a face, as the page shows it. */
export type Verdict = "known" | "uncertain" | "unknown" | "poor_quality" | "none";

/** A face as the page shows it. */
export interface ShownPerson {
  /** Number of the face in the prediction, from 1. */
  readonly number: number;
  readonly person: Person;
  readonly verdict: Verdict;
  /** Name beside the box; `null` for none. */
  readonly name: string | null;
}

/** Words for each verdict. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  known: "known",
  uncertain: "may be somebody enrolled",
  unknown: "nobody who is enrolled",
  poor_quality: "too small or blurred to tell",
  none: "not compared with anybody",
};

/** Returns the faces whose score reaches the slider, with the names whose similarity does. */
export function shownPersons({ persons }: Prediction): ShownPerson[] {
  const { scoreMin, similarityMin } = settings;
  return persons.map((person, index) => shownPerson(person, { number: index + 1, least: similarityMin.value }))
    .filter(({ person }) => person.score >= scoreMin.value);
}

function shownPerson(person: Person, { number, least }: { number: number; least: number }): ShownPerson {
  const verdict = person.recognition ?? "none";
  const isDemoted = person.name !== null && (person.similarity ?? 0) < least;
  if (isDemoted) return { number, person, verdict: "uncertain", name: null };
  return { number, person, verdict, name: person.name };
}
