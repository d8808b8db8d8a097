import { letterbox } from "../../../image/geometry/geometry.ts";
import type { Picture } from "../../../image/picture.ts";
import { shrinkIntoTensor } from "../../../image/resample/resize.ts";
import type { FacesParameters } from "../../../manifest.ts";
import type { ModelSessions } from "../../pipeline.ts";
import { CheckedSession } from "../../checked_session.ts";
import type { Stopwatch } from "../../stopwatch.ts";
import { DETECT, DETECT_INPUT, detectedFaces } from "../detect.ts";
import type { FaceDetector, FoundFaces } from "./face_detector.ts";

/** The detector of the built-in model, which returns no points. */
export class UltraFace implements FaceDetector {
  readonly #runner: CheckedSession<typeof DETECT>;
  readonly #parameters: FacesParameters;

  /** Throws `model_invalid` if the model file `detect` is missing or has other tensors. */
  constructor(sessions: ModelSessions, parameters: FacesParameters) {
    this.#runner = new CheckedSession(sessions, DETECT);
    this.#parameters = parameters;
  }

  async find(picture: Picture, watch: Stopwatch): Promise<FoundFaces> {
    const fit = letterbox(picture, DETECT_INPUT);
    shrinkIntoTensor(picture, { ...DETECT_INPUT, fit, into: this.#runner.input });
    watch.lap("prepareMs");
    const answer = await this.#runner.run();
    watch.lap("inferMs");
    const faces = detectedFaces(answer, { ...this.#parameters, fit, picture });
    watch.lap("interpretMs");
    return { faces: faces.map((face) => ({ ...face, points: null })), notes: [] };
  }
}
