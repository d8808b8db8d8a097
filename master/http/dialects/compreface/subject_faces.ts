import { cosine } from "../../../../models/gallery/cosine.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { People } from "../../../people/people.ts";
import type { EmbeddedFace, FaceRecord } from "../../../people/people_store.ts";
import { imageIdOf } from "./image_id.ts";
import { everyPerson } from "../people_names.ts";

/** A face with the name of its person. */
export interface NamedFace {
  readonly face: FaceRecord;
  readonly name: string;
}

/** Returns a face as the clients see it. */
export function faceEntry({ face, name }: NamedFace): { image_id: string; subject: string } {
  return { image_id: imageIdOf(face.faceId), subject: name };
}

/** Returns the enrolled faces from number `from` on, at most `count`, by person, and how many there are. */
export function pageOfFaces(
  people: People,
  gallery: string,
  { from, count, subject }: { from: number; count: number; subject: string | null },
): { faces: NamedFace[]; total: number } {
  const faces: NamedFace[] = [];
  let total = 0;
  for (const { personId, name, enrolled } of everyPerson(people, gallery)) {
    if (subject !== null && name !== subject) continue;
    const isOnPage = total + enrolled > from && total < from + count;
    if (isOnPage) {
      const own = people.store.faces(personId).filter(({ kind }) => kind === "enrolled");
      const begin = Math.max(0, from - total);
      faces.push(...own.slice(begin, from + count - total).map((face) => ({ face, name })));
    }
    total += enrolled;
  }
  return { faces, total };
}

/** Returns a face of the gallery by its id. Throws `face_unknown`. */
export function faceNamed(people: People, gallery: string, faceId: string): NamedFace {
  const face = people.store.face(faceId);
  if (face !== null) {
    for (const { personId, name } of everyPerson(people, gallery)) {
      if (personId === face.personId) return { face, name };
    }
  }
  throw new DmlError("face_unknown", `There is no picture ${imageIdOf(faceId)}.`);
}

/** Returns the stored face with its embedding, by the embedder of the gallery. */
export function embeddedFace(people: People, gallery: string, { face }: NamedFace): EmbeddedFace {
  const { embedder } = people.record(gallery);
  const found = people.store.embeddedFaces(face.personId, embedder).find(({ faceId }) => faceId === face.faceId);
  if (found !== undefined) return found;
  throw new DmlError("gallery_unfit", "The picture waits for its embedding by the new model.", {
    advice: "Try again in a while.",
  });
}

/** Returns the face of a person that is most like `embedding`; `null` if they have none. */
export function nearestFace(
  people: People,
  { gallery, name, embedding }: { gallery: string; name: string; embedding: Float32Array },
): NamedFace | null {
  const { personId } = people.personOf(gallery, name);
  const own = people.store.embeddedFaces(personId, people.record(gallery).embedder)
    .filter(({ kind, embedding: { length } }) => kind === "enrolled" && length === embedding.length);
  if (own.length === 0) return null;
  const best = own.reduce((one, other) => {
    return cosine(embedding, other.embedding) > cosine(embedding, one.embedding) ? other : one;
  });
  return { face: best, name };
}

/**
 * Removes every enrolled face of a person, or of all if `subject` is `null`, and returns their
 * number. A person of whom nothing is left then is removed too.
 */
export async function removeAllFaces(
  people: People,
  { gallery, subject }: { gallery: string; subject: string | null },
): Promise<number> {
  const concerned = [...everyPerson(people, gallery)]
    .filter(({ name, enrolled }) => enrolled > 0 && (subject === null || name === subject));
  for (const { personId, name, rejected } of concerned) {
    if (rejected === 0) {
      await people.remove(gallery, name);
      continue;
    }
    for (const { faceId, kind } of people.store.faces(personId)) {
      if (kind === "enrolled") await people.removeFace(gallery, name, faceId);
    }
  }
  return concerned.reduce((sum, { enrolled }) => sum + enrolled, 0);
}
