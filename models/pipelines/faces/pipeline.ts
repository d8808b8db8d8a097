import { invariant } from "../../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Note, Person, Point } from "../../../protocol/messages/prediction.ts";
import type { Box, Size } from "../../image/geometry/geometry.ts";
import type { Picture } from "../../image/picture.ts";
import type { FacesParameters } from "../../manifest/faces.ts";
import { AnyAngleLook, type FaceParts } from "./any_angle.ts";
import { FaceAttributes } from "./attributes.ts";
import { DECODING_INPUT } from "./detect.ts";
import { createFaceDetector } from "./detectors/create_detector.ts";
import type { FaceCandidate } from "./detectors/face_detector.ts";
import { FaceDoubt, isKnownFace } from "./doubt/face_doubt.ts";
import { omittedNote } from "./doubt/omitted_note.ts";
import { FaceEmbedder } from "./face_embedder.ts";
import { LandmarkFinder } from "./landmark_finder.ts";
import { fromTheLeft } from "./from_the_left.ts";
import { nameOnce } from "./name_once.ts";
import { type AlignedFaceResults, NO_FACE_RESULTS, personOf } from "./person.ts";
import { pointsSourceOf } from "./points_source.ts";
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
  readonly #parts: FaceParts;
  readonly #nowMs: () => number;
  /**
   * True while a picture is processed. All pictures share the model files' inputs, so they are
   * processed one at a time.
   */
  #isBusy = false;

  constructor(sessions: ModelSessions, options: { parameters: FacesParameters; nowMs: () => number }) {
    const { parameters } = options;
    const { detector, doubt } = parameters;
    const hasPoints = pointsSourceOf(parameters, sessions) === "detector";
    const attributes = new FaceAttributes(sessions);
    this.#parts = {
      detector: createFaceDetector(sessions, { parameters, hasPoints }),
      landmarks: new LandmarkFinder(sessions, { areDetected: hasPoints }),
      embedder: new FaceEmbedder(sessions, parameters.embedder),
      attributes,
      doubt: doubt === undefined ? null : new FaceDoubt(doubt, parameters.search),
      overlapMax: parameters.overlapMax,
    };
    if (attributes.isEmpty && detector === undefined && doubt === undefined) {
      this.sufficientSide = SUFFICIENT_INPUTS * (parameters.search?.fineSide ?? DECODING_INPUT.width);
    }
    this.#nowMs = options.nowMs;
  }

  async recognise(picture: Picture | null, options: RecogniseOptions): Promise<PipelineResult> {
    invariant(picture !== null, "the faces pipeline is given a picture");
    return await this.#exclusively(async (watch) => {
      const { persons, notes } = options.anyAngle
        ? await new AnyAngleLook(this.#parts, { picture, watch }).recognise(options)
        : await this.#recogniseUpright(picture, { watch, wanted: options });
      const numbered = fromTheLeft(nameOnce(persons));
      return { persons: numbered, ...(notes.length === 0 ? {} : { notes }), timings: watch.timings };
    });
  }

  async warmUp(picture: Picture): Promise<void> {
    await this.#exclusively(async (watch) => {
      const { detector, landmarks, embedder, attributes } = this.#parts;
      await detector.find(picture, { watch });
      const face = { box: middleOf(picture), points: null };
      embedder.align(picture, await landmarks.find(picture, { face, watch }));
      await embedder.embed(watch);
      await attributes.estimate(picture, { box: middleOf(picture), watch });
    });
  }

  /** Returns the persons in the order of the detector's scores, best first, and remarks. */
  async #recogniseUpright(
    picture: Picture,
    { watch, wanted }: { watch: Stopwatch; wanted: RecogniseOptions },
  ): Promise<{ persons: Person[]; notes: readonly Note[] }> {
    const { detector, landmarks: finder, attributes: estimator } = this.#parts;
    const persons: Person[] = [];
    let omitted = 0;
    const { faces, notes } = await detector.find(picture, { watch, smallFaces: wanted.smallFaces });
    for (const face of faces) {
      const landmarks = await finder.find(picture, { face, watch });
      const seen = await this.#lookAt(picture, { face, landmarks, watch, wanted });
      if (seen.verdict?.isOmitted && !wanted.keepDoubtful) {
        omitted++;
        continue;
      }
      const isAttributed = persons.length < LIMITS.attributedFacesMax;
      const attributes = isAttributed ? await estimator.estimate(picture, { box: face.box, watch }) : null;
      persons.push(personOf(face, { landmarks, picture, attributes, ...seen }));
      watch.lap("interpretMs");
    }
    return { persons, notes: [...notes, ...omittedNote(omitted)] };
  }

  /** Aligns a face, computes those results that are requested, and judges it if it is doubted. */
  async #lookAt(
    picture: Picture,
    options: { face: FaceCandidate; landmarks: Point[]; watch: Stopwatch; wanted: RecogniseOptions },
  ): Promise<AlignedFaceResults> {
    const { face, landmarks, watch, wanted: { embeddings, gallery = null, quality: isMeasured = false } } = options;
    const { embedder, doubt } = this.#parts;
    const isDoubted = doubt?.asksAbout(face, picture) ?? false;
    const isQualityWanted = embeddings || isMeasured || gallery !== null;
    if (!isQualityWanted && !isDoubted) return NO_FACE_RESULTS;
    embedder.align(picture, landmarks);
    const quality = isQualityWanted ? embedder.measure(landmarks) : null;
    watch.lap("prepareMs");
    if (!embeddings && gallery === null && !isDoubted) return { ...NO_FACE_RESULTS, quality };
    const { embedding, length: embeddingLength } = await embedder.embedWithLength(watch);
    const recognised = quality === null ? null : gallery?.recognise(embedding, quality) ?? null;
    const verdict = isDoubted && !isKnownFace(recognised)
      ? doubt?.judge(embedding, { ...face, landmarks, embeddingLength, picture })
      : undefined;
    return { embedding: embeddings ? embedding : null, quality, recognised, verdict };
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
