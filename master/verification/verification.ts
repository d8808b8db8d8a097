import { cosine } from "../../models/gallery/cosine.ts";
import { defaultThresholds, type NamingThresholds } from "../../models/gallery/default_thresholds.ts";
import { rounded } from "../../models/pipelines/rounded.ts";
import type { Verification } from "../../protocol/http_api/verification_api.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Person } from "../../protocol/messages/prediction.ts";
import { facesInForce } from "../people/build_gallery.ts";
import { chooseFace } from "../people/choose_face.ts";
import type { People } from "../people/people.ts";
import type { GalleryRecord } from "../people/people_store.ts";
import { thresholdsInForce } from "../people/thresholds_in_force.ts";

/** Decimals of a similarity, as in a prediction. */
const DECIMALS = 4;

/** Options of both comparisons. */
interface VerifyOptions {
  readonly people: Pick<People, "finder" | "store" | "record" | "personOf">;
  readonly anyAngle?: boolean;
  readonly signal?: AbortSignal;
}

/** The face of one picture that is compared. */
interface ChosenFace {
  readonly person: Person;
  readonly embedding: Float32Array;
  readonly embedder: Digest;
}

/**
 * Compares the largest faces of two pictures. The thresholds are those of `gallery`, or else those
 * of the model for one comparison. Throws `face_missing`, naming the picture, `gallery_unknown`,
 * `gallery_unfit`, and what a prediction throws.
 */
export async function verifyPictures(
  pictures: readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>],
  { gallery, ...options }: VerifyOptions & { gallery: string | null },
): Promise<Verification> {
  const { people } = options;
  const record = gallery === null ? null : people.record(gallery);
  const [first, second] = await Promise.all([
    faceOf(pictures[0], { ...options, what: "The first picture" }),
    faceOf(pictures[1], { ...options, what: "The second picture" }),
  ]);
  if (first.embedder !== second.embedder) {
    throw new DmlError("attempt_failed", "The model changed between the two pictures.", {
      advice: "Send them again.",
    });
  }
  if (record !== null) checkEmbedder(record, first);
  const thresholds = record === null
    ? people.finder.thresholdsOf(first.embedder) ?? defaultThresholds(1)
    : thresholdsInForce(record, facesInForce(record));
  return verificationOf(cosine(first.embedding, second.embedding), { thresholds, faces: [first, second] });
}

/**
 * Compares the largest face of a picture with the enrolled faces of a person; the nearest one
 * counts. Throws `person_unknown`, and what {@linkcode verifyPictures} throws.
 */
export async function verifyPerson(
  picture: Uint8Array<ArrayBuffer>,
  { gallery, name, ...options }: VerifyOptions & { gallery: string; name: string },
): Promise<Verification> {
  const { people } = options;
  const record = people.record(gallery);
  const { personId } = people.personOf(gallery, name);
  const face = await faceOf(picture, { ...options, what: "The picture" });
  checkEmbedder(record, face);
  const enrolled = people.store.embeddedFaces(personId, face.embedder).filter(({ kind }) => kind === "enrolled");
  if (enrolled.length === 0) {
    throw new DmlError("face_missing", `${name} has no enrolled face in the gallery ${gallery}.`, {
      advice: "Enrol a face of that person first.",
    });
  }
  const similarity = Math.max(...enrolled.map(({ embedding }) => cosine(face.embedding, embedding)));
  const thresholds = thresholdsInForce(record, facesInForce(record));
  const person = { gallery, name, faces: enrolled.length };
  return { ...verificationOf(similarity, { thresholds, faces: [face] }), person };
}

async function faceOf(
  picture: Uint8Array<ArrayBuffer>,
  { people, what, anyAngle, signal }: VerifyOptions & { what: string },
): Promise<ChosenFace> {
  const { persons, embedder } = await people.finder.find(picture, { gallery: null, crops: false, anyAngle, signal });
  const person = chosen(persons, what);
  invariant(person.embedding !== undefined, "a found face has its embedding");
  return { person, embedding: Float32Array.from(person.embedding), embedder };
}

function chosen(persons: readonly Person[], what: string): Person {
  try {
    return chooseFace(persons, { face: null, largest: true });
  } catch (error) {
    const { code, message, advice } = asDmlError(error);
    throw new DmlError(code, `${what}: ${message}`, { advice, cause: error });
  }
}

function checkEmbedder({ name, embedder }: GalleryRecord, face: ChosenFace): void {
  if (embedder === face.embedder) return;
  throw new DmlError("gallery_unfit", `The faces of the gallery ${name} are of another model than that of faces.`);
}

function verificationOf(
  similarity: number,
  { thresholds: { known, unknown }, faces }: { thresholds: NamingThresholds; faces: readonly ChosenFace[] },
): Verification {
  const value = rounded(similarity, DECIMALS);
  return {
    similarity: value,
    verdict: value >= known ? "same" : value < unknown ? "different" : "uncertain",
    thresholds: { known, unknown },
    faces: faces.map(({ person: { box, score, quality } }) => ({ box, score, ...(quality && { quality }) })),
  };
}
