import {
  changedSchema,
  type EnrolAnswer,
  enrolAnswerSchema,
  type PeoplePage,
  peoplePageSchema,
  type PersonDetail,
  personDetailSchema,
  type PersonEntry,
} from "../../../protocol/http_api/people_api.ts";
import { galleryPath, personPath } from "../../../protocol/http_api/paths.ts";
import { ask, download, tell } from "./ask.ts";
import { Refused } from "./refused.ts";

const PAGE = 500;
/** People that a view lists at most. */
const LISTED_MAX = 10_000;
const NOT_FOUND = 404;

/** A person of a gallery. */
export interface PersonKey {
  readonly gallery: string;
  readonly name: string;
}

/** Returns the people of a gallery, by name; none if the gallery does not exist. */
export async function loadPeople(gallery: string): Promise<PersonEntry[]> {
  const people: PersonEntry[] = [];
  let after: string | null = "";
  while (after !== null && people.length < LISTED_MAX) {
    const page: PeoplePage = await loadPage(gallery, after);
    people.push(...page.people);
    after = page.next;
  }
  return people;
}

async function loadPage(gallery: string, after: string): Promise<PeoplePage> {
  const query = new URLSearchParams({ limit: String(PAGE), ...(after === "" ? {} : { after }) });
  try {
    return await ask(`${galleryPath(gallery, "people")}?${query}`, peoplePageSchema);
  } catch (error) {
    if (error instanceof Refused && error.status === NOT_FOUND) return { people: [], next: null };
    throw error;
  }
}

/** Returns a person with every face. */
export function loadPerson({ gallery, name }: PersonKey): Promise<PersonDetail> {
  return ask(personPath(gallery, name), personDetailSchema);
}

/** Returns an enrolled face as a JPEG. */
export function loadFace({ gallery, name }: PersonKey, faceId: string): Promise<Blob> {
  return download(personPath(gallery, name, `faces/${faceId}`));
}

/** A face to enrol, or to reject: the picture, and which face on it. */
export interface FaceOrder {
  readonly picture: File;
  /** Number of the face; `null` for the only one. */
  readonly face: number | null;
  readonly anyAngle?: boolean;
}

/** Enrols a face as that of a person, or notes that it is not theirs. */
export function sendFace(
  { gallery, name }: PersonKey,
  { picture, face, anyAngle, as }: FaceOrder & { readonly as: "faces" | "rejections" },
): Promise<EnrolAnswer> {
  const query = new URLSearchParams({ source: picture.name.slice(0, 400) });
  if (face !== null) query.set("face", String(face));
  if (anyAngle) query.set("anyAngle", "true");
  return ask(`${personPath(gallery, name, as)}?${query}`, enrolAnswerSchema, { method: "POST", body: picture });
}

/** Gives a person another name. */
export async function renamePerson({ gallery, name }: PersonKey, newName: string): Promise<void> {
  await ask(personPath(gallery, name), changedSchema, { method: "PATCH", json: { name: newName } });
}

/** Makes the person `from` a part of another one. */
export async function mergePerson({ gallery, name }: PersonKey, from: string): Promise<void> {
  await ask(personPath(gallery, name, "merge"), changedSchema, { method: "POST", json: { from } });
}

/** Removes a person with all faces. */
export async function removePerson({ gallery, name }: PersonKey): Promise<void> {
  await ask(personPath(gallery, name), changedSchema, { method: "DELETE" });
}

/** Removes one face of a person. */
export async function removeFace({ gallery, name }: PersonKey, faceId: string): Promise<void> {
  await ask(personPath(gallery, name, `faces/${faceId}`), changedSchema, { method: "DELETE" });
}

/** Removes a gallery with everybody in it. */
export async function removeGallery(gallery: string): Promise<void> {
  await tell(galleryPath(gallery), { method: "DELETE" });
}
