import type { Person } from "../../protocol/messages/prediction.ts";
import { chooseFace, type FaceWish } from "./choose_face.ts";

/**
 * Which face of a picture is said not to be the person's. When nobody says which, and exactly one is taken for that person,
 * or may be theirs, it is that one; else as {@linkcode chooseFace}.
 */
export function chooseRejected(persons: readonly Person[], wish: FaceWish & { name: string }): Person {
  const { face, largest, name } = wish;
  if (face === null && !largest) {
    const taken = persons.filter((person) => person.name === name);
    if (taken.length === 1) return taken[0];
    const perhaps = persons.filter(({ candidates }) => candidates?.some((candidate) => candidate.name === name));
    if (taken.length === 0 && perhaps.length === 1) return perhaps[0];
  }
  return chooseFace(persons, wish);
}
