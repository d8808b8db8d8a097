import type { EnrolledFace } from "../../../models/gallery/check_faces.ts";
import { isUnitLength } from "../../../models/gallery/unit_length.ts";
import type { FacesPage, GalleryListing } from "../../../protocol/http_api/people_api.ts";
import { decodeVector } from "../../../protocol/http_api/people_archive.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { PeopleContext } from "./context.ts";

/** An enrolled face, with the name of the file that it came from. */
export interface CheckableFace extends EnrolledFace {
  readonly source: string;
}

/** A person with their faces. */
export interface CheckablePerson {
  readonly name: string;
  readonly enrolled: readonly CheckableFace[];
  /** Embeddings of the faces that are known not to be theirs. */
  readonly rejected: readonly Float32Array[];
}

/**
 * Fetches the people of a gallery with their embeddings, except those without an enrolled face.
 * Throws `protocol_version` for an embedding that is none.
 */
export async function peopleWithFaces(
  { name, dimensions }: GalleryListing,
  { people }: Pick<PeopleContext, "people">,
): Promise<CheckablePerson[]> {
  const found: CheckablePerson[] = [];
  for (let after: string | null = null;;) {
    const page: FacesPage = await people.faces(name, after);
    found.push(...page.people.map((person) => checkableOf(person, dimensions)));
    if (page.next === null) return found.filter(({ enrolled }) => enrolled.length > 0);
    after = page.next;
  }
}

function checkableOf({ name, faces }: FacesPage["people"][number], dimensions: number): CheckablePerson {
  const embedded = faces.map(({ embedding, ...face }) => {
    const vector = decodeVector(embedding, dimensions);
    if (isUnitLength(vector)) return { ...face, embedding: vector };
    throw new DmlError("protocol_version", `The master sent an embedding of ${name} whose length is not 1.`);
  });
  return {
    name,
    enrolled: embedded.filter(({ kind }) => kind === "enrolled"),
    rejected: embedded.filter(({ kind }) => kind === "rejected").map(({ embedding }) => embedding),
  };
}
