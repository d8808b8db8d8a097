import type { Person } from "../../protocol/messages/prediction.ts";
import { chooseFace, type FaceWish } from "./choose_face.ts";

/**
 * Chooses the face of a picture that is not the person's. If the request does not choose one and
 * exactly one face is recognised as that person, or has them among its candidates, it is that face;
 * otherwise the same as {@linkcode chooseFace}.
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
