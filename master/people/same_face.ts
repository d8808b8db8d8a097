import { cosine } from "../../models/gallery/cosine.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { FaceRecord, PeopleStore } from "./people_store.ts";

/** Cosine similarity from which two faces count as the same picture: only its encoding differs. */
export const SAME_PICTURE_MIN = 0.999;

/** A stored face, or one that is to be stored, with the two things that identify it. */
export interface IdentifiedFace extends Pick<FaceRecord, "kind"> {
  readonly crop: Pick<FaceRecord["crop"], "digest">;
  /** `null` if the embedder that compares has made none. */
  readonly embedding: Float32Array | null;
}

type Comparable = Omit<IdentifiedFace, "kind">;

/**
 * Returns the cosine similarity of two faces, which is 1 for the same crop; `null` if one of them
 * has no embedding.
 */
export function likeness(one: Comparable, other: Comparable): number | null {
  if (one.crop.digest === other.crop.digest) return 1;
  return one.embedding === null || other.embedding === null ? null : cosine(one.embedding, other.embedding);
}

/** Returns true if both are the face of one picture: by its crop, or by its embedding. */
export function isSameFace(one: Comparable, other: Comparable): boolean {
  return (likeness(one, other) ?? -1) >= SAME_PICTURE_MIN;
}

/** Returns all faces of a person, oldest first, with their embeddings by `embedder`. */
export function identifiedFaces(
  store: Pick<PeopleStore, "faces" | "embeddedFaces">,
  { personId, embedder }: { personId: string; embedder: Digest },
): (FaceRecord & IdentifiedFace)[] {
  const embeddings = new Map(store.embeddedFaces(personId, embedder).map((face) => [face.faceId, face.embedding]));
  return store.faces(personId).map((face) => ({ ...face, embedding: embeddings.get(face.faceId) ?? null }));
}

/**
 * Joins the faces of two persons who become one. `left` stay and `repeated` go: of a face that both
 * have, the one of `from`; and a face that one of them is known not to be, if it is enrolled for the
 * other.
 */
export function joinFaces<Face extends IdentifiedFace>(
  into: readonly Face[],
  from: readonly Face[],
): { left: Face[]; repeated: Face[] } {
  const has = (faces: readonly Face[], face: Face, kinds: readonly Face["kind"][]) =>
    faces.some((other) => kinds.includes(other.kind) && isSameFace(other, face));
  const repeated = [
    ...into.filter((face) => face.kind === "rejected" && has(from, face, ["enrolled"])),
    ...from.filter((face) => has(into, face, face.kind === "enrolled" ? ["enrolled"] : ["enrolled", "rejected"])),
  ];
  return { left: [...into, ...from].filter((face) => !repeated.includes(face)), repeated };
}

/** Returns true if a person has room for these faces, enrolled and rejected ones. */
export function isRoomFor(faces: readonly Pick<IdentifiedFace, "kind">[]): boolean {
  const enrolled = faces.filter(({ kind }) => kind === "enrolled").length;
  return Math.max(enrolled, faces.length - enrolled) <= LIMITS.galleryFacesPerPersonMax;
}
