import type { People } from "../../people/people.ts";
import type { CountedPerson } from "../../people/people_store.ts";

const PAGE = 1_000;

/** Yields every person of a gallery, by name. */
export function* everyPerson({ store }: Pick<People, "store">, gallery: string): Generator<CountedPerson> {
  let after: string | null = null;
  while (true) {
    const page: CountedPerson[] = store.people(gallery, { after, limit: PAGE });
    yield* page;
    if (page.length < PAGE) return;
    after = page[page.length - 1].name;
  }
}

/** Returns the names of all people of a gallery, in order. */
export function allNames(people: Pick<People, "store">, gallery: string): string[] {
  return [...everyPerson(people, gallery)].map(({ name }) => name);
}
