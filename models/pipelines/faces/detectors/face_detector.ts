import type { Note } from "../../../../protocol/messages/prediction.ts";
import type { Picture } from "../../../image/picture.ts";
import type { Point } from "../../../image/geometry/geometry.ts";
import type { Stopwatch } from "../../stopwatch.ts";
import type { DetectedFace } from "../detect.ts";

/** A face as a detector returns it, with the five points if its family has them. */
export interface FaceCandidate extends DetectedFace {
  /**
   * Left eye, right eye, nose, left and right mouth corner, as seen in the picture; `null` if the
   * detector does not return them.
   */
  readonly points: readonly Point[] | null;
}

/** Faces of a picture, and remarks on what was not looked at. */
export interface FoundFaces {
  /** Each face once, best first, at most `LIMITS.personsMax`, in pixels of the picture. */
  readonly faces: readonly FaceCandidate[];
  readonly notes: readonly Note[];
  /** Number of times that the model file ran. */
  readonly runs: number;
}

/** Options of {@linkcode FaceDetector.find}. */
export interface FindOptions {
  readonly watch: Stopwatch;
  /** Largest number of runs of the model file, at least 1; absent for `LIMITS.detectorRunsMax`. */
  readonly runsMax?: number;
  /**
   * True to look for small faces everywhere, within the same number of runs, if the detector has a
   * plan for it.
   */
  readonly smallFaces?: boolean;
}

/** The port that every family of face detectors implements. */
export interface FaceDetector {
  /**
   * Finds the faces of a picture and books the time on `options.watch`. Throws `model_invalid` if the
   * outputs are not those of the family.
   */
  find(picture: Picture, options: FindOptions): Promise<FoundFaces>;
}
