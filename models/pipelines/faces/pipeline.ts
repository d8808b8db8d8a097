import { invariant } from "../../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Person, Point } from "../../../protocol/messages/prediction.ts";
import { cropGrey } from "../../image/resample/crop_grey.ts";
import type { Box, Size } from "../../image/geometry/geometry.ts";
import type { Picture } from "../../image/picture.ts";
import type { FacesParameters } from "../../manifest/faces.ts";
import { FaceAttributes } from "./attributes.ts";
import { DECODING_INPUT } from "./detect.ts";
import { createFaceDetector } from "./detectors/create_detector.ts";
import type { FaceCandidate, FaceDetector } from "./detectors/face_detector.ts";
import { FaceEmbedder } from "./face_embedder.ts";
import { detectedPoints, fivePoints, LANDMARKS, LANDMARKS_INPUT, landmarkSquare } from "./landmarks.ts";
import { nameOnce } from "./name_once.ts";
import { type AlignedFaceResults, NO_FACE_RESULTS, personOf } from "./person.ts";
import { pointsSourceOf } from "./points_source.ts";
import { CheckedSession } from "../checked_session.ts";
import type { ModelSessions, Pipeline, PipelineFactory, PipelineResult, RecogniseOptions } from "../pipeline.ts";
import { Stopwatch } from "../stopwatch.ts";

/**
 * Creates the pipeline that detects faces, locates their landmarks, aligns and embeds them.
 * Enrolment and recognition of a person use this same path.
 */
export const createFacesPipeline: PipelineFactory<"faces"> = (manifest, sessions, { nowMs }) =>
  new FacesPipeline(sessions, { parameters: manifest.parameters, nowMs });

/**
 * Longer side of a picture, in lengths of the largest input that shows all of it: the smallest face
 * that such a look finds surely is then as large as the landmark model's input.
 */
const SUFFICIENT_INPUTS = 4;

class FacesPipeline implements Pipeline {
  readonly needsPicture = true;
  readonly sufficientSide?: number;
  readonly #detector: FaceDetector;
  /** The landmark model file; `null` if the detector returns the five points. */
  readonly #landmarks: CheckedSession<typeof LANDMARKS> | null;
  readonly #embedder: FaceEmbedder;
  readonly #attributes: FaceAttributes;
  readonly #nowMs: () => number;
  /**
   * True while a picture is processed. All pictures share the model files' inputs, so they are
   * processed one at a time.
   */
  #isBusy = false;

  constructor(sessions: ModelSessions, options: { parameters: FacesParameters; nowMs: () => number }) {
    const { parameters } = options;
    const hasPoints = pointsSourceOf(parameters, sessions) === "detector";
    this.#detector = createFaceDetector(sessions, { parameters, hasPoints });
    this.#landmarks = hasPoints ? null : new CheckedSession(sessions, LANDMARKS);
    this.#embedder = new FaceEmbedder(sessions, parameters.embedder);
    this.#attributes = new FaceAttributes(sessions);
    if (this.#attributes.isEmpty && parameters.detector === undefined) {
      this.sufficientSide = SUFFICIENT_INPUTS * (parameters.search?.fineSide ?? DECODING_INPUT.width);
    }
    this.#nowMs = options.nowMs;
  }

  async recognise(picture: Picture | null, options: RecogniseOptions): Promise<PipelineResult> {
    invariant(picture !== null, "the faces pipeline is given a picture");
    return await this.#exclusively(async (watch) => {
      const persons: Person[] = [];
      const { faces, notes } = await this.#detector.find(picture, watch);
      for (const face of faces) {
        const landmarks = await this.#findLandmarks(picture, { face, watch });
        const seen = await this.#lookAt(picture, { landmarks, watch, wanted: options });
        const isAttributed = persons.length < LIMITS.attributedFacesMax;
        const attributes = isAttributed ? await this.#attributes.estimate(picture, { box: face.box, watch }) : null;
        persons.push(personOf(face, { landmarks, picture, attributes, ...seen }));
        watch.lap("interpretMs");
      }
      return { persons: nameOnce(persons), ...(notes.length === 0 ? {} : { notes }), timings: watch.timings };
    });
  }

  async warmUp(picture: Picture): Promise<void> {
    await this.#exclusively(async (watch) => {
      await this.#detector.find(picture, watch);
      const face = { box: middleOf(picture), points: null };
      this.#embedder.align(picture, await this.#findLandmarks(picture, { face, watch }));
      await this.#embedder.embed(watch);
      await this.#attributes.estimate(picture, { box: middleOf(picture), watch });
    });
  }

  async #findLandmarks(
    picture: Picture,
    { face: { box, points: detected }, watch }: { face: Pick<FaceCandidate, "box" | "points">; watch: Stopwatch },
  ): Promise<Point[]> {
    if (this.#landmarks === null) return detectedPoints(detected, box);
    const square = landmarkSquare(box);
    cropGrey(picture, { ...LANDMARKS_INPUT, square, into: this.#landmarks.input });
    watch.lap("prepareMs");
    const { output } = await this.#landmarks.run();
    watch.lap("inferMs");
    const points = fivePoints(output, square);
    watch.lap("interpretMs");
    return points;
  }

  /** Aligns a face and computes those results that are requested. */
  async #lookAt(
    picture: Picture,
    options: { landmarks: Point[]; watch: Stopwatch; wanted: RecogniseOptions },
  ): Promise<AlignedFaceResults> {
    const { landmarks, watch, wanted: { embeddings, gallery = null, quality: isMeasured = false } } = options;
    if (!embeddings && !isMeasured && gallery === null) return NO_FACE_RESULTS;
    this.#embedder.align(picture, landmarks);
    const quality = this.#embedder.measure(landmarks);
    watch.lap("prepareMs");
    if (!embeddings && gallery === null) return { ...NO_FACE_RESULTS, quality };
    const embedding = await this.#embedder.embed(watch);
    const recognised = gallery?.recognise(embedding, quality) ?? null;
    return { embedding: embeddings ? embedding : null, quality, recognised };
  }

  async #exclusively<Result>(work: (watch: Stopwatch) => Promise<Result>): Promise<Result> {
    invariant(!this.#isBusy, "a pipeline looks at one picture at a time");
    this.#isBusy = true;
    try {
      return await work(new Stopwatch(this.#nowMs));
    } finally {
      this.#isBusy = false;
    }
  }
}

/**
 * Returns a box where a face might be: in the centre, with a quarter of the picture's width and
 * height.
 */
function middleOf({ width, height }: Size): Box {
  return { x: width * 3 / 8, y: height * 3 / 8, width: width / 4, height: height / 4 };
}
