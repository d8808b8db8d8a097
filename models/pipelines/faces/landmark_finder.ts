import type { Point } from "../../../protocol/messages/prediction.ts";
import type { Picture } from "../../image/picture.ts";
import { cropGrey } from "../../image/resample/crop_grey.ts";
import { CheckedSession } from "../checked_session.ts";
import type { ModelSessions } from "../pipeline.ts";
import type { Stopwatch } from "../stopwatch.ts";
import type { FaceCandidate } from "./detectors/face_detector.ts";
import { detectedPoints, fivePoints, LANDMARKS, LANDMARKS_INPUT, landmarkSquare } from "./landmarks.ts";

/** Finder of the five points of a face. */
export class LandmarkFinder {
  /** The landmark model file; `null` if the detector returns the five points. */
  readonly #session: CheckedSession<typeof LANDMARKS> | null;

  /** Throws `model_invalid` if the landmark model file is needed and has other tensors. */
  constructor(sessions: ModelSessions, { areDetected }: { areDetected: boolean }) {
    this.#session = areDetected ? null : new CheckedSession(sessions, LANDMARKS);
  }

  /** Returns the five points of the face in `box`, in pixels of the picture. */
  async find(
    picture: Picture,
    { face: { box, points: detected }, watch }: { face: Pick<FaceCandidate, "box" | "points">; watch: Stopwatch },
  ): Promise<Point[]> {
    if (this.#session === null) return detectedPoints(detected, box);
    const square = landmarkSquare(box);
    cropGrey(picture, { ...LANDMARKS_INPUT, square, into: this.#session.input });
    watch.lap("prepareMs");
    const { output } = await this.#session.run();
    watch.lap("inferMs");
    const points = fivePoints(output, square);
    watch.lap("interpretMs");
    return points;
  }
}
