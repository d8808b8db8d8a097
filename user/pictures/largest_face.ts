import type { Person } from "../../protocol/messages/prediction.ts";

/** The person with the largest box: whom a picture is of. Null when nobody is on it. */
export function largestFace(persons: readonly Person[]): Person | null {
  const area = ({ box }: Person) => box.width * box.height;
  return persons.reduce<Person | null>((best, other) => best === null || area(other) > area(best) ? other : best, null);
}
