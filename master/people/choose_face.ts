import type { GalleryThresholds } from "../../models/gallery/gallery_index.ts";
import { fromTheLeft } from "../../models/pipelines/faces/from_the_left.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Person } from "../../protocol/messages/prediction.ts";

/** Choice of one of several faces. */
export interface FaceChoice {
  /** 1 for the leftmost face; `null` if the request names none. */
  readonly face: number | null;
  /** True to take the face with the largest box. */
  readonly largest: boolean;
}

/**
 * Height of a face, as a share of that of the largest, below which it is in the background: a
 * picture of one person and such faces is a picture of that person.
 */
const BACKGROUND_SHARE = 1 / 4;

/**
 * Returns the chosen face; without a choice, the only one that is neither in the background nor
 * doubtful, as that of a pet beside its owner is. Throws `face_missing`, or `faces_several` with
 * the places of the faces.
 */
export function chooseFace(persons: readonly Person[], { face, largest }: FaceChoice): Person {
  // A node that runs an older dml lists persons by their score.
  const faces = fromTheLeft(persons);
  if (faces.length === 0) throw new DmlError("face_missing", "There is no face in the picture.");
  if (face !== null) {
    if (face <= faces.length) return faces[face - 1];
    throw new DmlError("face_missing", `There is no face ${face}: the picture holds ${placesOf(faces)}.`);
  }
  const sure = faces.some(({ doubtful }) => !doubtful) ? faces.filter(({ doubtful }) => !doubtful) : faces;
  const heightMax = Math.max(...sure.map(({ box }) => box.height));
  const foreground = sure.filter(({ box }) => box.height >= BACKGROUND_SHARE * heightMax);
  if (foreground.length === 1) return foreground[0];
  if (largest) return sure.reduce((best, other) => areaOf(other) > areaOf(best) ? other : best);
  throw new DmlError("faces_several", `The picture holds ${placesOf(faces)}.`);
}

/**
 * Throws `face_too_small` or `face_too_blurred`, with the numbers, if the quality of `person` is
 * below `thresholds`.
 */
export function checkQuality({ quality }: Person, thresholds: GalleryThresholds): void {
  if (quality === undefined) throw new DmlError("internal", "The face came back without its quality.");
  const { eyeDistanceMin, sharpnessMin } = thresholds;
  if (quality.eyeDistance < eyeDistanceMin) {
    const distance = `${quality.eyeDistance.toFixed(1)} pixels between the eyes; ${eyeDistanceMin} are needed`;
    throw new DmlError("face_too_small", `The face is too small: ${distance}.`);
  }
  if (quality.sharpness < sharpnessMin) {
    const sharpness = `its sharpness is ${quality.sharpness.toFixed(1)}; ${sharpnessMin} is needed`;
    throw new DmlError("face_too_blurred", `The face is too blurred: ${sharpness}.`);
  }
}

const PLACES_MAX = 12;

function placesOf(faces: readonly Person[]): string {
  const places = faces.slice(0, PLACES_MAX).map(({ box }, index) =>
    `${index + 1} at ${Math.round(box.x)},${Math.round(box.y)} (${Math.round(box.width)} x ${Math.round(box.height)})`
  );
  const rest = faces.length > PLACES_MAX ? ", …" : "";
  const counted = faces.length === 1 ? "1 face" : `${faces.length} faces, from the left`;
  return `${counted}: ${places.join(", ")}${rest}`;
}

function areaOf({ box }: Person): number {
  return box.width * box.height;
}
