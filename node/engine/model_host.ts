import type { AssetSource } from "../../models/assets.ts";
import { type GalleryReader, openGallery } from "../../models/gallery/gallery_reader.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import { createImageCodec, type ImageCodec } from "../../models/image/image_codec.ts";
import { type Annotator, createAnnotator } from "../../models/image/draw/annotate.ts";
import { KEPT_FACE_QUALITY } from "../../models/image/jpeg_quality.ts";
import type { Picture } from "../../models/image/picture.ts";
import type { Manifest } from "../../models/manifest.ts";
import { createPipeline } from "../../models/pipelines/create_pipeline.ts";
import { marksOf } from "../../models/pipelines/marks.ts";
import { narrowed } from "../../models/pipelines/narrowed.ts";
import type { Pipeline } from "../../models/pipelines/pipeline.ts";
import { truncatedToHundredths } from "../../models/pipelines/rounded.ts";
import type { ModelSession } from "../../models/tensor.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Person, Timings } from "../../protocol/messages/prediction.ts";
import type { TaskOptions } from "../../protocol/messages/task.ts";
import type { EngineResult } from "./engine.ts";
import { faceCrop } from "./face_crop.ts";
import { drawable, inOriginal, keepIn, notesOf, sideMinOf } from "./reduced_picture.ts";
import { samplePicture } from "./sample_picture.ts";
import type { LoadableModel } from "./worker_protocol.ts";

/** Size of a typical photograph, for which images/s are measured, in pixels. */
const SAMPLE = { width: 1920, height: 1280 };
const MEASURED_PICTURES = 3;
const MEASURED_EMPTY_RUNS = 200;

export interface ModelHostOptions {
  readonly assets: AssetSource;
  readonly nowMs: () => number;
  /** Returns the memory that a picture may take, in bytes; infinity if absent. */
  readonly freeBytes?: () => number;
}

interface Loaded {
  /** `name@version`. */
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly sessions: readonly ModelSession[];
  /** Digests of the model files. */
  readonly files: readonly string[];
}

/** The models of one worker. It processes one picture at a time. */
export class ModelHost {
  readonly #assets: AssetSource;
  readonly #nowMs: () => number;
  readonly #codec: ImageCodec;
  readonly #annotator: Annotator;
  readonly #freeBytes: () => number;
  readonly #loaded = new Map<string, Loaded>();
  /** Galleries, keyed by name. */
  readonly #galleries = new Map<string, GalleryReader>();
  #engine: Promise<void> | null = null;
  #sample: Uint8Array<ArrayBuffer> | null = null;

  constructor({ assets, nowMs, freeBytes = () => Infinity }: ModelHostOptions) {
    this.#assets = assets;
    this.#nowMs = nowMs;
    this.#freeBytes = freeBytes;
    this.#codec = createImageCodec(assets);
    this.#annotator = createAnnotator(assets);
  }

  /**
   * Loads a model and, unless `warmUp` is false, runs it once, codec included. The buffers of the
   * model files are freed. Throws `engine_failed` or `model_invalid`.
   */
  async load(manifestDigest: string, model: LoadableModel): Promise<void> {
    const { name, manifest, files, warmUp = true } = model;
    if (this.#loaded.has(manifestDigest)) return;
    const sessions = await this.#createSessions(manifest, files);
    try {
      const pipeline = createPipeline(manifest, sessions, { nowMs: this.#nowMs });
      if (pipeline.needsPicture && warmUp) await this.#warmUp(pipeline);
      const digests = manifest.files.map(({ digest }) => digest);
      this.#loaded.set(manifestDigest, { name, pipeline, sessions: Object.values(sessions), files: digests });
    } catch (error) {
      await releaseAll(Object.values(sessions));
      throw error;
    }
  }

  /**
   * Measures the pictures per second of this worker: the median of a few that are decoded and
   * passed through every model file; `LIMITS.imagesPerSecondMax` if they are too fast for the
   * clock. `unwarmed` is the reason why its model file was not run, absent if it was.
   */
  async measure(manifestDigest: string): Promise<{ imagesPerSecond: number; unwarmed?: string }> {
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
    const imagesPerSecond = Math.min(1_000 / medianMs, LIMITS.imagesPerSecondMax);
    return { imagesPerSecond, ...(pipeline.unwarmed === undefined ? {} : { unwarmed: pipeline.unwarmed }) };
  }

  /** Frees the model's memory in the engine. Does nothing if it is not loaded. */
  async unload(manifestDigest: string): Promise<void> {
    const loaded = this.#loaded.get(manifestDigest);
    this.#loaded.delete(manifestDigest);
    if (loaded !== undefined) await releaseAll(loaded.sessions);
  }

  /**
   * Sets the gallery that pictures are compared with from the next one on; removes it if `view` is
   * `null`.
   */
  setGallery(name: string, view: GalleryView | null): void {
    if (view === null) this.#galleries.delete(name);
    else this.#galleries.set(name, openGallery(view));
  }

  /**
   * Runs one picture. It is decoded once; faces are cropped and marks are drawn after all model
   * files have run.
   */
  async run(
    manifestDigest: string,
    image: Uint8Array<ArrayBuffer> | null,
    options: TaskOptions,
  ): Promise<EngineResult> {
    const { name, pipeline, files } = this.#find(manifestDigest);
    const gallery = this.#galleryFor(options.gallery, files);
    const startMs = this.#nowMs();
    const computing = image === null ? null : pipeline.recogniseTensors?.(image, options) ?? null;
    const sideMin = sideMinOf(pipeline, options);
    const isDecoded = computing === null && pipeline.needsPicture;
    const decoding = { sideMin, mayReduce: pipeline.sufficientSide !== undefined };
    const picture = isDecoded ? await this.#decode(image, decoding) : null;
    const decodedMs = this.#nowMs();
    const wanted = { ...options, quality: options.crops, gallery };
    const { timings, notes = [], tensorBytes, ...all } = await (computing ?? pipeline.recognise(picture, wanted));
    const [recognisedMs, seen] = [this.#nowMs(), narrowed(all, keepIn(picture, options))];
    const { width, height } = picture?.original ?? picture ?? { width: 0, height: 0 };
    const found = picture === null ? seen : inOriginal(seen, picture);
    const crops = options.crops && picture !== null ? await this.#cropFaces(picture, { ...seen, options }) : [];
    const croppedMs = this.#nowMs();
    const isVisible = [found.tensors, found.packed, found.embedding].every((one) => one === undefined);
    const isDrawn = options.annotate && picture !== null && isVisible;
    const drawn = isDrawn ? await this.#annotator.annotate(...drawable(picture, marksOf(found), options)) : null;
    const drawnMs = this.#nowMs();
    const annotated = drawn && await this.#codec.encodeJpeg(drawn, { quality: options.draw?.quality });
    if (picture !== null) this.#codec.release(picture);
    const endMs = this.#nowMs();
    const times: Timings = {
      decodeMs: truncatedToHundredths(decodedMs - startMs),
      ...timings,
      drawMs: truncatedToHundredths(drawnMs - croppedMs),
      encodeMs: truncatedToHundredths(endMs - drawnMs + croppedMs - recognisedMs),
      totalMs: truncatedToHundredths(endMs - startMs),
    };
    const compared = gallery === null ? {} : { gallery: { name: gallery.view.gallery, version: gallery.view.version } };
    const flaws = picture === null ? [] : notesOf(picture, sideMin);
    const noted = flaws.length + notes.length === 0 ? {} : { notes: [...flaws, ...notes] };
    const prediction = { model: name, width, height, ...compared, ...found, ...noted, timings: times };
    return { prediction, annotated, crops, ...(tensorBytes === undefined ? {} : { tensorBytes }) };
  }

  /** Returns the gallery to compare faces with; `null` if there is none of this model's embedder. */
  #galleryFor(name: string | null, files: readonly string[]): GalleryReader | null {
    const gallery = name === null ? undefined : this.#galleries.get(name);
    return gallery !== undefined && files.includes(gallery.view.embedder) ? gallery : null;
  }

  async #cropFaces(
    picture: Picture,
    { persons, options }: { persons: readonly Person[]; options: TaskOptions },
  ): Promise<Uint8Array<ArrayBuffer>[]> {
    const crops: Uint8Array<ArrayBuffer>[] = [];
    for (const person of persons) {
      crops.push(await this.#codec.encodeJpeg(faceCrop(picture, person, options), { quality: KEPT_FACE_QUALITY }));
    }
    return crops;
  }

  #find(manifestDigest: string): Loaded {
    const loaded = this.#loaded.get(manifestDigest);
    if (loaded !== undefined) return loaded;
    throw new DmlError("model_unknown", `${manifestDigest} is not loaded here.`);
  }

  #decode(image: Uint8Array | null, options: { sideMin: number; mayReduce: boolean }): Promise<Picture> {
    if (image === null) throw new DmlError("image_empty", "The model needs a picture, and none was given.");
    return this.#codec.decode(image, { ...options, memoryBytes: this.#freeBytes() });
  }

  async #warmUp(pipeline: Pipeline): Promise<void> {
    const picture = await this.#codec.decode(await this.#sampleJpeg());
    await pipeline.warmUp(picture);
    this.#codec.release(picture);
  }

  async #sampleJpeg(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#sample === null) {
      const picture = samplePicture(SAMPLE);
      this.#sample = await this.#codec.encodeJpeg(picture);
      this.#codec.release(picture);
    }
    return this.#sample;
  }

  /**
   * Creates a session for each model file. The engine is started with the first model that needs
   * it.
   */
  async #createSessions(
    manifest: Manifest,
    files: LoadableModel["files"],
  ): Promise<Record<string, ModelSession>> {
    const sessions: Record<string, ModelSession> = {};
    if (manifest.requirements.engine === "none") return sessions;
    const { createModelSession, initOnnx } = await import("./onnx_session.ts");
    this.#engine ??= this.#assets("onnxruntime.wasm").then((wasm) => initOnnx(wasm));
    try {
      await this.#engine;
    } catch (error) {
      this.#engine = null; // so that the next model loads it again
      throw error;
    }
    try {
      for (const [role, bytes] of files) {
        sessions[role] = await createModelSession(bytes);
        bytes.buffer.transfer(0); // the engine has its own copy
      }
    } catch (error) {
      await releaseAll(Object.values(sessions));
      throw error;
    }
    return sessions;
  }
}

async function repeatEmpty(pipeline: Pipeline): Promise<void> {
  for (let run = 0; run < MEASURED_EMPTY_RUNS; run++) {
    await pipeline.recognise(null, { embeddings: false });
  }
}

async function releaseAll(sessions: readonly ModelSession[]): Promise<void> {
  for (const session of sessions) await session.release();
}
