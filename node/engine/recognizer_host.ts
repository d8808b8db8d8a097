import type { AssetSource } from "../../models/assets.ts";
import { createImageCodec, type ImageCodec } from "../../models/image/image_codec.ts";
import { type Annotator, createAnnotator } from "../../models/image/annotate.ts";
import type { Picture } from "../../models/image/picture.ts";
import type { Manifest } from "../../models/manifest.ts";
import { createPipeline } from "../../models/pipelines/create_pipeline.ts";
import { marksOf } from "../../models/pipelines/marks.ts";
import type { Pipeline } from "../../models/pipelines/pipeline.ts";
import type { LayerSession } from "../../models/tensor.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Timings } from "../../protocol/messages/prediction.ts";
import type { TaskOptions } from "../../protocol/messages/task.ts";
import type { EngineResult } from "./engine.ts";
import { samplePicture } from "./sample_picture.ts";
import type { LoadableRecognizer } from "./worker_protocol.ts";

/** The size of a common photograph; what is said of images/s is said of it. */
const SAMPLE = { width: 1920, height: 1280 };
const MEASURED_PICTURES = 3;
const MEASURED_EMPTY_RUNS = 200;
/** The most that is believed of a recognizer that looks at nothing. */
const IMAGES_PER_SECOND_MAX = 1_000_000;

/** What a host is made of. */
export interface RecognizerHostOptions {
  readonly assets: AssetSource;
  readonly nowMs: () => number;
}

interface Loaded {
  /** `name@version`. */
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly sessions: readonly LayerSession[];
}

/** The recognizers of one worker: loads them and looks at one picture after the other. */
export class RecognizerHost {
  readonly #assets: AssetSource;
  readonly #nowMs: () => number;
  readonly #codec: ImageCodec;
  readonly #annotator: Annotator;
  readonly #loaded = new Map<string, Loaded>();
  #engine: Promise<void> | null = null;
  #sample: Uint8Array<ArrayBuffer> | null = null;

  constructor({ assets, nowMs }: RecognizerHostOptions) {
    this.#assets = assets;
    this.#nowMs = nowMs;
    this.#codec = createImageCodec(assets);
    this.#annotator = createAnnotator(assets);
  }

  /** Loads a recognizer, codec included, and runs all of it once; the layers are given away. Throws `engine_failed` or `recognizer_invalid`. */
  async load(manifestDigest: string, { name, manifest, layers }: LoadableRecognizer): Promise<void> {
    if (this.#loaded.has(manifestDigest)) return;
    const sessions = await this.#createSessions(manifest, layers);
    try {
      const pipeline = createPipeline(manifest, sessions, { nowMs: this.#nowMs });
      if (pipeline.needsPicture) await this.#warmUp(pipeline);
      this.#loaded.set(manifestDigest, { name, pipeline, sessions: Object.values(sessions) });
    } catch (error) {
      await releaseAll(Object.values(sessions));
      throw error;
    }
  }

  /** Pictures a second of this worker: the median of a few, decoded and sent through every layer. */
  async measure(manifestDigest: string): Promise<number> {
    const { pipeline } = this.#find(manifestDigest);
    const lapsMs: number[] = [];
    while (lapsMs.length < (pipeline.needsPicture ? MEASURED_PICTURES : 1)) {
      const startMs = this.#nowMs();
      if (pipeline.needsPicture) await this.#warmUp(pipeline);
      else await repeatEmpty(pipeline);
      lapsMs.push(this.#nowMs() - startMs);
    }
    lapsMs.sort((one, other) => one - other);
    const medianMs = lapsMs[lapsMs.length >> 1] / (pipeline.needsPicture ? 1 : MEASURED_EMPTY_RUNS);
    return Math.min(1_000 / medianMs, IMAGES_PER_SECOND_MAX);
  }

  /** Gives the recognizer's memory back to the engine; one that is not loaded is fine. */
  async unload(manifestDigest: string): Promise<void> {
    const loaded = this.#loaded.get(manifestDigest);
    this.#loaded.delete(manifestDigest);
    if (loaded !== undefined) await releaseAll(loaded.sessions);
  }

  /** Looks at one picture; it is decoded once, and drawn upon only when it has been looked at. */
  async run(
    manifestDigest: string,
    image: Uint8Array<ArrayBuffer> | null,
    options: TaskOptions,
  ): Promise<EngineResult> {
    const { name, pipeline } = this.#find(manifestDigest);
    const startMs = this.#nowMs();
    const computing = image === null ? null : pipeline.recognizeTensors?.(image) ?? null;
    const picture = computing === null && pipeline.needsPicture ? await this.#decode(image) : null;
    const decodedMs = this.#nowMs();
    const { timings, ...found } = await (computing ?? pipeline.recognize(picture, options));
    const recognizedMs = this.#nowMs();
    const isVisible = found.tensors === undefined && found.embedding === undefined;
    const isDrawn = options.annotate && picture !== null && isVisible;
    const drawn = isDrawn ? await this.#annotator.annotate(picture, marksOf(found)) : null;
    const drawnMs = this.#nowMs();
    const annotated = drawn && await this.#codec.encodeJpeg(drawn);
    const { width, height } = picture ?? { width: 0, height: 0 };
    if (picture !== null) giveBack(picture);
    const endMs = this.#nowMs();
    const all: Timings = {
      decodeMs: decodedMs - startMs,
      ...timings,
      drawMs: drawnMs - recognizedMs,
      encodeMs: endMs - drawnMs,
      totalMs: endMs - startMs,
    };
    return { prediction: { recognizer: name, width, height, ...found, timings: all }, annotated };
  }

  #find(manifestDigest: string): Loaded {
    const loaded = this.#loaded.get(manifestDigest);
    if (loaded !== undefined) return loaded;
    throw new DmlError("recognizer_unknown", `${manifestDigest} is not loaded here.`);
  }

  #decode(image: Uint8Array | null): Promise<Picture> {
    if (image === null) throw new DmlError("image_empty", "The recognizer needs a picture, and none was given.");
    return this.#codec.decode(image);
  }

  async #warmUp(pipeline: Pipeline): Promise<void> {
    const picture = await this.#codec.decode(await this.#sampleJpeg());
    await pipeline.warmUp(picture);
    giveBack(picture);
  }

  async #sampleJpeg(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#sample === null) {
      const picture = samplePicture(SAMPLE);
      this.#sample = await this.#codec.encodeJpeg(picture);
      giveBack(picture);
    }
    return this.#sample;
  }

  /** The engine is loaded with the first recognizer that needs it. */
  async #createSessions(
    manifest: Manifest,
    layers: LoadableRecognizer["layers"],
  ): Promise<Record<string, LayerSession>> {
    const sessions: Record<string, LayerSession> = {};
    if (manifest.requirements.engine === "none") return sessions;
    const { createLayerSession, initOnnx } = await import("./onnx_session.ts");
    this.#engine ??= this.#assets("onnxruntime.wasm").then(initOnnx);
    await this.#engine;
    try {
      for (const [role, bytes] of layers) {
        sessions[role] = await createLayerSession(bytes);
        bytes.buffer.transfer(0); // the engine has its own copy
      }
    } catch (error) {
      await releaseAll(Object.values(sessions));
      throw error;
    }
    return sessions;
  }
}

/** Frees the picture's megabytes now instead of when the collector gets to it, which would let several pile up. */
function giveBack({ data: { buffer, byteLength } }: Picture): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

async function repeatEmpty(pipeline: Pipeline): Promise<void> {
  for (let run = 0; run < MEASURED_EMPTY_RUNS; run++) {
    await pipeline.recognize(null, { embeddings: false });
  }
}

async function releaseAll(sessions: readonly LayerSession[]): Promise<void> {
  for (const session of sessions) await session.release();
}
