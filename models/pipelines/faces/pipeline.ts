import { invariant } from "../../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Person, Point } from "../../../protocol/messages/prediction.ts";
import { cropGrey } from "../../image/resample/crop_grey.ts";
import { type Box, letterbox, type Size } from "../../image/geometry/geometry.ts";
import type { Picture } from "../../image/picture.ts";
import { shrinkIntoTensor } from "../../image/resample/resize.ts";
import { similarityTransform } from "../../image/geometry/similarity.ts";
import { warp } from "../../image/resample/warp.ts";
import type { FacesParameters } from "../../manifest.ts";
import { ALIGNED, ARCFACE_TEMPLATE } from "./align.ts";
import { FaceAttributes } from "./attributes.ts";
import { DETECT, DETECT_INPUT, type DetectedFace, detectedFaces } from "./detect.ts";
import { EMBED, normalise } from "./embed.ts";
import { fivePoints, LANDMARKS, LANDMARKS_INPUT, landmarkSquare } from "./landmarks.ts";
import { nameOnce } from "./name_once.ts";
import { type AlignedFaceResults, NO_FACE_RESULTS, personOf } from "./person.ts";
import { QualityMeter } from "./quality.ts";
import { CheckedSession } from "../checked_session.ts";
import type { ModelSessions, Pipeline, PipelineFactory, PipelineResult, RecogniseOptions } from "../pipeline.ts";
import { Stopwatch } from "../stopwatch.ts";

/**
 * Creates the pipeline that detects faces, locates their landmarks, aligns and embeds them.
 * Enrolment and recognition of a person use this same path.
 */
export const createFacesPipeline: PipelineFactory<"faces"> = (manifest, sessions, { nowMs }) =>
  new FacesPipeline(sessions, { parameters: manifest.parameters, nowMs });

class FacesPipeline implements Pipeline {
  readonly needsPicture = true;
  readonly #detect: CheckedSession<typeof DETECT>;
  readonly #landmarks: CheckedSession<typeof LANDMARKS>;
  readonly #embedder: CheckedSession<typeof EMBED>;
  readonly #attributes: FaceAttributes;
  readonly #quality = new QualityMeter();
  readonly #parameters: FacesParameters;
  readonly #nowMs: () => number;
  /**
   * True while a picture is processed. All pictures share the model files' inputs, so they are
   * processed one at a time.
   */
  #isBusy = false;

  constructor(sessions: ModelSessions, options: { parameters: FacesParameters; nowMs: () => number }) {
    this.#detect = new CheckedSession(sessions, DETECT);
    this.#landmarks = new CheckedSession(sessions, LANDMARKS);
    this.#embedder = new CheckedSession(sessions, EMBED);
    this.#attributes = new FaceAttributes(sessions);
    this.#parameters = options.parameters;
    this.#nowMs = options.nowMs;
  }

  async recognise(picture: Picture | null, options: RecogniseOptions): Promise<PipelineResult> {
    invariant(picture !== null, "the faces pipeline is given a picture");
    return await this.#exclusively(async (watch) => {
      const persons: Person[] = [];
      for (const face of await this.#findFaces(picture, watch)) {
        const landmarks = await this.#findLandmarks(picture, { box: face.box, watch });
        const seen = await this.#analyse(picture, { landmarks, watch, wanted: options });
        const isAttributed = persons.length < LIMITS.attributedFacesMax;
        const attributes = isAttributed ? await this.#attributes.estimate(picture, { box: face.box, watch }) : null;
        persons.push(personOf(face, { landmarks, picture, attributes, ...seen }));
        watch.lap("interpretMs");
      }
      return { persons: nameOnce(persons), timings: watch.timings };
    });
  }

  async warmUp(picture: Picture): Promise<void> {
    await this.#exclusively(async (watch) => {
      await this.#findFaces(picture, watch);
      const landmarks = await this.#findLandmarks(picture, { box: middleOf(picture), watch });
      this.#align(picture, landmarks);
      await this.#embed(watch);
      await this.#attributes.estimate(picture, { box: middleOf(picture), watch });
    });
  }

  async #findFaces(picture: Picture, watch: Stopwatch): Promise<DetectedFace[]> {
    const fit = letterbox(picture, DETECT_INPUT);
    shrinkIntoTensor(picture, { ...DETECT_INPUT, fit, into: this.#detect.input });
    watch.lap("prepareMs");
    const answer = await this.#detect.run();
    watch.lap("inferMs");
    const faces = detectedFaces(answer, { ...this.#parameters, fit, picture });
    watch.lap("interpretMs");
    return faces;
  }

  async #findLandmarks(picture: Picture, options: { box: Box; watch: Stopwatch }): Promise<Point[]> {
    const { box, watch } = options;
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
  async #analyse(
    picture: Picture,
    options: { landmarks: Point[]; watch: Stopwatch; wanted: RecogniseOptions },
  ): Promise<AlignedFaceResults> {
    const { landmarks, watch, wanted: { embeddings, gallery = null, quality: isMeasured = false } } = options;
    if (!embeddings && !isMeasured && gallery === null) return NO_FACE_RESULTS;
    this.#align(picture, landmarks);
    const quality = this.#quality.measure(this.#embedder.input, landmarks);
    watch.lap("prepareMs");
    if (!embeddings && gallery === null) return { ...NO_FACE_RESULTS, quality };
    const embedding = await this.#embed(watch);
    const recognised = gallery?.recognise(embedding, quality) ?? null;
    return { embedding: embeddings ? embedding : null, quality, recognised };
  }

  #align(picture: Picture, landmarks: Point[]): void {
    const transform = similarityTransform(landmarks, ARCFACE_TEMPLATE);
    warp(picture, { ...ALIGNED, transform, into: this.#embedder.input });
  }

  /** Returns the embedding of the face that was aligned last. */
  async #embed(watch: Stopwatch): Promise<Float32Array> {
    const { output } = await this.#embedder.run();
    watch.lap("inferMs");
    const embedding = normalise(output);
    watch.lap("interpretMs");
    return embedding;
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
