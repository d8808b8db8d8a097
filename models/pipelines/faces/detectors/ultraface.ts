import type { Picture } from "../../../image/picture.ts";
import type { FacesParameters } from "../../../manifest/faces.ts";
import type { ModelSessions } from "../../pipeline.ts";
import { Detector } from "../detector.ts";
import { FaceSearch } from "../search.ts";
import type { FaceDetector, FindOptions, FoundFaces } from "./face_detector.ts";

/** The detector of the built-in model, which searches at several scales and returns no points. */
export class UltraFace implements FaceDetector {
  readonly #detector: Detector;
  readonly #parameters: FacesParameters;

  /** Throws `model_invalid` if the model file `detect` is missing or has other tensors. */
  constructor(sessions: ModelSessions, parameters: FacesParameters) {
    this.#detector = new Detector(sessions, { coarse: parameters.search?.coarse ?? null });
    this.#parameters = parameters;
  }

  async find(picture: Picture, options: FindOptions): Promise<FoundFaces> {
    const search = new FaceSearch(this.#detector, { parameters: this.#parameters, picture, ...options });
    const { faces, notes, runs } = await search.find();
    return { faces: faces.map((face) => ({ ...face, points: null })), notes, runs };
  }
}
