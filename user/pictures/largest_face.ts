import type { Person } from "../../protocol/messages/prediction.ts";

/**
 * Returns the person with the largest box, taken to be the subject of the picture; `null` if there
 * is none.
 */
export function largestFace(persons: readonly Person[]): Person | null {
  const area = ({ box }: Person) => box.width * box.height;
  return persons.reduce<Person | null>((best, other) => best === null || area(other) > area(best) ? other : best, null);
}
