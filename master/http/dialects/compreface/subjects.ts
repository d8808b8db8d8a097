import { personNameSchema } from "../../../../protocol/http_api/people_api.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { parseAs } from "../../../../protocol/schema.ts";
import type { People } from "../../../people/people.ts";
import { allNames } from "../people_names.ts";

/** Limit of names without a face in one gallery. */
const NAMES_MAX = 1_000;

/** Names that were added without a face, by gallery. They are kept until the master stops. */
const NAMES = new WeakMap<People, Map<string, Set<string>>>();

/**
 * The people of a gallery as subjects. A person of dml has a face; the name of one who has none yet
 * is kept in memory until a face comes.
 */
export class Subjects {
  readonly #people: People;
  readonly #gallery: string;

  constructor(people: People, gallery: string) {
    this.#people = people;
    this.#gallery = gallery;
  }

  names(): string[] {
    return [...allNames(this.#people, this.#gallery), ...this.#bareNames()];
  }

  has(name: string): boolean {
    return this.#people.store.person(this.#gallery, name) !== null || this.#bareNames().has(name);
  }

  /** Adds a name without a face. Throws `person_exists` or `galleries_full`. */
  add(name: string): void {
    if (this.has(name)) throw new DmlError("person_exists", `There is a subject ${name} already.`);
    const names = this.#bareNames();
    if (names.size >= NAMES_MAX) {
      throw new DmlError("galleries_full", `${NAMES_MAX} subjects have no face; there is room for no more.`);
    }
    names.add(name);
  }

  /** Forgets a name without a face. Returns false if there is none. */
  forget(name: string): boolean {
    return this.#bareNames().delete(name);
  }

  /** Renames a person, or merges them with the one who has that name. Throws `person_unknown`. */
  async rename(name: string, newName: string): Promise<void> {
    if (name === newName && this.has(name)) return;
    if (this.forget(name)) {
      if (!this.has(newName)) this.add(newName);
      return;
    }
    this.forget(newName);
    const exists = this.#people.store.person(this.#gallery, newName) !== null;
    if (exists) await this.#people.merge(this.#gallery, newName, name);
    else await this.#people.patch(this.#gallery, name, { name: newName });
  }

  /** Removes a person with all faces. Throws `person_unknown`. */
  async remove(name: string): Promise<void> {
    if (!this.forget(name)) await this.#people.remove(this.#gallery, name);
  }

  #bareNames(): Set<string> {
    let galleries = NAMES.get(this.#people);
    if (galleries === undefined) NAMES.set(this.#people, galleries = new Map());
    let names = galleries.get(this.#gallery);
    if (names === undefined) galleries.set(this.#gallery, names = new Set());
    return names;
  }
}

/** Returns the checked name of a subject. Throws `request_invalid`. */
export function subjectName(text: unknown): string {
  return parseAs(personNameSchema, text, { what: "The subject's name", code: "request_invalid" });
}
