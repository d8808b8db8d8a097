import type { Person } from "../../protocol/messages/prediction.ts";
import { chooseFace, type FaceChoice } from "./choose_face.ts";

/**
 * Chooses the face of a picture that is not the person's. If the request does not choose one and
 * exactly one face is as similar to that person as `known`, or, if none is, has them among its
 * candidates, it is that face; otherwise the same as {@linkcode chooseFace}. A second face that is
 * similar enough for the name is uncertain only because a picture has each name once: the more
 * similar one of the two may well be the person.
 */
export function chooseRejected(
  persons: readonly Person[],
  choice: FaceChoice & { name: string; known: number },
): Person {
  const { face, largest, name, known } = choice;
  if (face === null && !largest) {
    const perhaps = persons.filter((person) => similarityTo(name, person) !== null);
    const taken = perhaps.filter((person) => person.name === name || (similarityTo(name, person) ?? -1) >= known);
    if (taken.length === 1) return taken[0];
    if (taken.length === 0 && perhaps.length === 1) return perhaps[0];
  }
  return chooseFace(persons, choice);
}

/** Returns the similarity of a face to the person `name`; `null` if it cannot be theirs. */
function similarityTo(name: string, person: Person): number | null {
  if (person.name === name) return person.similarity;
  return person.candidates?.find((candidate) => candidate.name === name)?.similarity ?? null;
}
