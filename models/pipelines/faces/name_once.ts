import type { Person } from "../../../protocol/messages/prediction.ts";

/**
 * Returns the faces of one picture with each name at most once, in the same order. A person has one
 * face in a picture: of several faces that are recognised as the same person the most similar one
 * (the first of equals) keeps the name, and the others become uncertain, with that person as their
 * candidate. No exception is made for identical twins, mirrors or posters.
 */
export function nameOnce(persons: readonly Person[]): Person[] {
  const surest = new Map<string, Person>();
  for (const person of persons) {
    if (person.name === null) continue;
    const other = surest.get(person.name);
    if (other === undefined || similarityOf(person) > similarityOf(other)) surest.set(person.name, person);
  }
  return persons.map((person) => {
    const { name, similarity } = person;
    if (name === null || similarity === null || surest.get(name) === person) return person;
    const candidates = [{ name, similarity }];
    return { ...person, recognition: "uncertain", name: null, similarity: null, candidates };
  });
}

function similarityOf({ similarity }: Person): number {
  return similarity ?? -1;
}
