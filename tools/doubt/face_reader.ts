import { FACES } from "../../models/catalog/faces.ts";
import { createImageCodec, type ImageCodec } from "../../models/image/image_codec.ts";
import type { Box, Point } from "../../models/image/geometry/geometry.ts";
import type { Picture } from "../../models/image/picture.ts";
import type { FacesParameters } from "../../models/manifest/faces.ts";
import { createFaceDetector } from "../../models/pipelines/faces/detectors/create_detector.ts";
import type { FaceDetector } from "../../models/pipelines/faces/detectors/face_detector.ts";
import { doubtNumbers } from "../../models/pipelines/faces/doubt/doubt_numbers.ts";
import { firstLookScale } from "../../models/pipelines/faces/doubt/face_doubt.ts";
import { FaceEmbedder } from "../../models/pipelines/faces/face_embedder.ts";
import { LandmarkFinder } from "../../models/pipelines/faces/landmark_finder.ts";
import type { ModelSessions } from "../../models/pipelines/pipeline.ts";
import { Stopwatch } from "../../models/pipelines/stopwatch.ts";
import type { ModelSession } from "../../models/tensor.ts";
import { assetFiles } from "../../node/engine/asset_files.ts";
import { createModelSession, initOnnx } from "../../node/engine/onnx_session.ts";
import { withDepthwiseConvolution } from "../../node/engine/patches/depthwise_patch.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { type Variant, variantOf } from "./variants.ts";

/** A face is doubted from this height on, in pixels of the first look's input. */
export const DOUBTED_HEIGHT_MIN = 20;

/** A face, or what was taken for one, as the classifier sees it. */
export interface ReadFace {
  readonly variant: Variant;
  /** Height of the box in pixels of the first look. */
  readonly height: number;
  /** Mean of the samples in the box: 0 is black, 255 white. */
  readonly brightness: number;
  /** Components of the embedding before it is normalised, then the other numbers. */
  readonly values: readonly number[];
}

/** Decimals of stored values. */
const DECIMALS = 4;

/** Reads what the classifier needs from photos, with the model files of dml and its own code. */
export class FaceReader {
  readonly #codec: ImageCodec;
  readonly #detector: FaceDetector;
  readonly #landmarks: LandmarkFinder;
  readonly #embedder: FaceEmbedder;
  readonly #search: FacesParameters["search"];
  readonly #watch = new Stopwatch(() => 0);

  private constructor(sessions: ModelSessions, parameters: FacesParameters) {
    this.#codec = createImageCodec(assetFiles);
    this.#detector = createFaceDetector(sessions, { parameters, hasPoints: false });
    this.#landmarks = new LandmarkFinder(sessions, { areDetected: false });
    this.#embedder = new FaceEmbedder(sessions, parameters.embedder);
    this.#search = parameters.search;
  }

  /** Starts the engine and loads the model files of `faces`. */
  static async start(): Promise<FaceReader> {
    const sessions = await faceSessions();
    invariant(FACES.manifest.pipeline === "faces", "the model looks for faces");
    return new FaceReader(sessions, FACES.manifest.parameters);
  }

  /**
   * Returns the faces of a photo that are large enough to be doubted, each in these variants. If
   * `isPortrait` is true, only the largest counts: other boxes may be parts of it.
   */
  async read(
    bytes: Uint8Array,
    { isPortrait, variants }: { isPortrait: boolean; variants: readonly Variant[] },
  ): Promise<ReadFace[]> {
    const picture = await this.#codec.decode(bytes);
    const { faces } = await this.#detector.find(picture, { watch: this.#watch });
    const scale = firstLookScale(picture, this.#search);
    const doubted = faces.filter(({ box }) => box.height * scale >= DOUBTED_HEIGHT_MIN)
      .toSorted((one, other) => other.box.height - one.box.height);
    const read: ReadFace[] = [];
    for (const face of isPortrait ? doubted.slice(0, 1) : doubted) {
      for (const variant of variants) read.push(await this.#readFace(picture, { ...face, variant, scale }));
    }
    this.#codec.release(picture);
    return read;
  }

  async #readFace(
    original: Picture,
    { box: originalBox, score, variant, scale: lookScale }: {
      box: Box;
      score: number;
      variant: Variant;
      scale: number;
    },
  ): Promise<ReadFace> {
    const landmarks = await this.#pointsOf(original, originalBox);
    const { picture, box, heightInLook } = variantOf(original, { box: originalBox, landmarks, variant });
    const scale = heightInLook === undefined ? lookScale : heightInLook / box.height;
    const points = variant === "plain" ? landmarks : await this.#pointsOf(picture, box);
    this.#embedder.align(picture, points);
    const { embedding, length: embeddingLength } = await this.#embedder.embedWithLength(this.#watch);
    const numbers = doubtNumbers({ box, score, landmarks: points, embeddingLength, scale });
    const values = [...embedding.map((component) => component * embeddingLength), ...numbers];
    const rounded = (value: number) => Number(value.toFixed(DECIMALS));
    return {
      variant,
      height: box.height * scale,
      brightness: rounded(brightnessOf(picture, box)),
      values: values.map(rounded),
    };
  }

  #pointsOf(picture: Picture, box: Box): Promise<Point[]> {
    return this.#landmarks.find(picture, { face: { box, points: null }, watch: this.#watch });
  }
}

/** Starts the engine and returns the sessions of the model files of `faces`. Call it once. */
export async function faceSessions(): Promise<ModelSessions> {
  const engine = await assetFiles("onnxruntime.wasm");
  initOnnx(withDepthwiseConvolution(engine) ?? engine);
  const sessions: Record<string, ModelSession> = {};
  for (const { role } of FACES.manifest.files) {
    sessions[role] = await createModelSession(await FACES.loadFile(role));
  }
  return sessions;
}

function brightnessOf({ width, height, data }: Picture, box: Box): number {
  let [sum, count] = [0, 0];
  for (let y = Math.max(0, Math.floor(box.y)); y < Math.min(height, box.y + box.height); y++) {
    for (let x = Math.max(0, Math.floor(box.x)); x < Math.min(width, box.x + box.width); x++) {
      const at = (y * width + x) * 3;
      sum += data[at] + data[at + 1] + data[at + 2];
      count += 3;
    }
  }
  return count === 0 ? 0 : sum / count;
}
