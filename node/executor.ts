import type { BlobStore } from "../protocol/ports/blob_store.ts";
import type { InlinePicture } from "../protocol/wire/picture_frame.ts";
import { clip } from "../protocol/kernel/clip.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import { invariant } from "../protocol/kernel/invariant.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { BlobReference } from "../protocol/messages/task.ts";
import type { InlinePictures } from "./pictures/inline_pictures.ts";
import type { NodeEvent } from "./core/event.ts";
import type { Action } from "./core/plan.ts";
import type { AttemptKey, Failure } from "./core/state.ts";
import type { Engine } from "./engine/engine.ts";
import type { GalleryCache } from "./galleries/gallery_cache.ts";
import { readerStartingWith } from "./models/model_file_reader.ts";
import type { FetchProgress } from "./models/fetch_progress.ts";
import type { LoadRecord } from "./models/load_record.ts";
import type { ModelCache } from "./models/model_cache.ts";
import { retryOnce } from "./pictures/retry_once.ts";
import { ResultPictures } from "./pictures/result_pictures.ts";

type ActionTo<Do extends Action["do"]> = Extract<Action, { do: Do }>;

export type { FetchProgress } from "./models/fetch_progress.ts";

export interface ExecutorOptions {
  readonly engine: Engine;
  readonly cache: ModelCache;
  readonly loads: Pick<LoadRecord, "watch">;
  readonly galleries: GalleryCache;
  /** The blob store of the master: source of task pictures and destination of result pictures. */
  readonly remote: BlobStore;
  /** Pictures that arrive on the control connection with their assignments. */
  readonly inlinePictures: Pick<InlinePictures, "take">;
  /** Sends a picture on the control connection. Returns false if it must go over HTTP. */
  readonly sendPicture: (picture: InlinePicture) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Receives outcomes, never in the turn of the action. An error in it is a bug and not caught. */
  readonly report: (event: NodeEvent) => void;
  readonly onProgress?: (progress: FetchProgress) => void;
}

/** Carries out the actions of the plan concurrently and reports their outcomes. */
export class Executor {
  readonly #options: ExecutorOptions;
  /** Fetched and verified pictures, kept until a worker takes them. */
  readonly #images = new Map<AttemptKey, Uint8Array<ArrayBuffer>>();
  readonly #pictures: ResultPictures;
  /** Running attempts that were not cancelled. */
  readonly #running = new Set<AttemptKey>();
  /** Picture transfers of attempts, to or from the master. An attempt never has both at once. */
  readonly #attemptTransfers = new Map<AttemptKey, AbortController>();
  readonly #modelFetches = new Map<Digest, { readonly abort: AbortController; readonly done: Promise<void> }>();
  readonly #transfers = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#pictures = new ResultPictures(options);
  }

  /** Starts `action` and returns at once. */
  begin(action: Action): void {
    switch (action.do) {
      case "drop":
      case "refuse":
        return this.#forget(action.key);
      case "run":
        return void this.#run(action);
      case "fetchImage":
        return void this.#track(this.#fetchImage(action));
      case "upload":
        return void this.#track(this.#upload(action));
      case "fetchModel":
        return this.#beginFetchModel(action);
      case "load":
        return void this.#load(action);
      case "unload":
        return void this.#unload(action);
      case "fetchGallery":
        return void this.#track(this.#fetchGallery(action));
      case "dropGallery":
        return void this.#track(this.#dropGallery(action));
    }
  }

  /** Aborts all transfers and waits for their end. Closing the engine ends all runs and loads. */
  async close(): Promise<void> {
    for (const abort of this.#attemptTransfers.values()) abort.abort();
    for (const { abort } of this.#modelFetches.values()) abort.abort();
    this.#closing.abort();
    await Promise.allSettled(this.#transfers);
  }

  #forget(key: AttemptKey): void {
    this.#attemptTransfers.get(key)?.abort();
    this.#images.delete(key);
    this.#pictures.forget(key);
    this.#running.delete(key);
  }

  async #run({ key, assign, deadlineMs, isQuick }: ActionTo<"run">): Promise<void> {
    const { engine, clock, report } = this.#options;
    const image = this.#images.get(key) ?? null;
    invariant((image === null) === (assign.image === null), `attempt ${key} runs on the picture it was assigned`);
    this.#images.delete(key);
    this.#running.add(key);
    const startMs = clock.nowMs();
    const run = { ...assign.options, deadlineMs, isQuick };
    const outcome = await this.#outcomeOf(() => engine.run(assign.manifestDigest, image, run));
    const isWanted = this.#running.delete(key);
    if ("failure" in outcome) return report({ kind: "attemptFailed", key, ...outcome });
    const { prediction, ...pictures } = outcome.result;
    const { annotated, crops, tensorBytes } = pictures;
    const hasPictures = annotated !== null || crops.length > 0 || tensorBytes !== undefined;
    if (isWanted && hasPictures) this.#pictures.keep(key, pictures);
    report({ kind: "attemptRan", key, prediction, serviceMs: clock.nowMs() - startMs, hasPictures });
  }

  async #fetchImage({ key, assign: { image, isInline } }: ActionTo<"fetchImage">): Promise<void> {
    const { report } = this.#options;
    invariant(image !== null, `attempt ${key} has a picture to fetch`);
    const abort = new AbortController();
    this.#attemptTransfers.set(key, abort);
    const outcome = await this.#outcomeOf(() => this.#read(image, { isInline, signal: abort.signal }));
    this.#attemptTransfers.delete(key);
    if ("failure" in outcome) return report({ kind: "attemptFailed", key, ...outcome });
    if (abort.signal.aborted) return;
    this.#images.set(key, outcome.result);
    report({ kind: "imageFetched", key });
  }

  async #read(
    { digest, size }: BlobReference,
    { isInline, signal }: { isInline?: true; signal: AbortSignal },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { remote, inlinePictures } = this.#options;
    if (size > LIMITS.imageBytesMax) {
      throw new DmlError("image_too_large", `The picture has ${size} bytes; ${LIMITS.imageBytesMax} are allowed.`);
    }
    const arrived = isInline ? await inlinePictures.take(digest, signal) : null;
    return arrived ?? await retryOnce(() => remote.read(digest, { signal }), signal);
  }

  async #upload({ key }: ActionTo<"upload">): Promise<void> {
    const { report } = this.#options;
    const abort = new AbortController();
    this.#attemptTransfers.set(key, abort);
    await null; // nothing may be reported in the turn that began the action
    if (abort.signal.aborted) return void this.#attemptTransfers.delete(key);
    const { names, send } = this.#pictures.take(key);
    report({ kind: "picturesNamed", key, ...names });
    const outcome = await this.#outcomeOf(() => send(abort.signal));
    this.#attemptTransfers.delete(key);
    if ("failure" in outcome) return report({ kind: "attemptFailed", key, ...outcome });
    report({ kind: "attemptUploaded", key });
  }

  #beginFetchModel(action: ActionTo<"fetchModel">): void {
    const { manifestDigest } = action;
    const abort = new AbortController();
    const done = this.#fetchModel(action, abort.signal).finally(() => this.#modelFetches.delete(manifestDigest));
    this.#modelFetches.set(manifestDigest, { abort, done });
    void this.#track(done);
  }

  async #fetchModel({ manifestDigest, offer }: ActionTo<"fetchModel">, signal: AbortSignal): Promise<void> {
    const { cache, report } = this.#options;
    const onProgress = (doneBytes: number, totalBytes: number) =>
      this.#options.onProgress?.({ model: offer.model, doneBytes, totalBytes });
    const outcome = await this.#outcomeOf(() => cache.fetch(offer, { signal, onProgress }));
    if ("failure" in outcome) return report({ kind: "modelFailed", manifestDigest, ...outcome });
    report({ kind: "modelFetched", manifestDigest, fetchedBytes: outcome.result });
  }

  async #load({ manifestDigest, offer }: ActionTo<"load">): Promise<void> {
    const { engine, cache, loads, clock, report } = this.#options;
    const startMs = clock.nowMs();
    const read = () => this.#track(cache.read(offer, { signal: this.#closing.signal }));
    const outcome = await this.#outcomeOf(async () => {
      const { manifest, files, refetchedBytes } = await read();
      const reader = readerStartingWith(files, read);
      const measured = await loads.watch(manifestDigest, () => engine.load(manifestDigest, manifest, reader));
      return { refetchedBytes, ...measured };
    });
    if ("failure" in outcome) return report({ kind: "modelFailed", manifestDigest, ...outcome });
    const { unwarmed, ...loaded } = outcome.result;
    if (unwarmed) this.#options.log.info(`${offer.model} was not warmed up: ${unwarmed}`, { model: offer.model });
    report({ kind: "modelLoaded", manifestDigest, warmUpMs: clock.nowMs() - startMs, ...loaded });
  }

  async #unload({ manifestDigest }: ActionTo<"unload">): Promise<void> {
    const { engine, log, report } = this.#options;
    const fetching = this.#modelFetches.get(manifestDigest);
    fetching?.abort.abort();
    await fetching?.done;
    try {
      await engine.unload(manifestDigest);
    } catch (error) {
      log.warn("A model was not unloaded cleanly.", { manifestDigest, error: String(error) });
    }
    report({ kind: "modelUnloaded", manifestDigest });
  }

  async #fetchGallery({ offer }: ActionTo<"fetchGallery">): Promise<void> {
    const { galleries, report } = this.#options;
    const outcome = await this.#outcomeOf(() => galleries.install(offer, { signal: this.#closing.signal }));
    if ("failure" in outcome) return report({ kind: "galleryFailed", offer, ...outcome });
    report({ kind: "galleryTaken", offer, fetchedBytes: outcome.result });
  }

  async #dropGallery({ gallery }: ActionTo<"dropGallery">): Promise<void> {
    const { galleries, log, report } = this.#options;
    try {
      await galleries.drop(gallery);
    } catch (error) {
      log.warn("A gallery was not removed cleanly.", { gallery, error: String(error) });
    }
    report({ kind: "galleryDropped", gallery });
  }

  /** Returns the result or failure of `work`. An error outside of it is a bug, which must crash. */
  async #outcomeOf<Result>(work: () => Promise<Result>): Promise<{ result: Result } | { failure: Failure }> {
    try {
      return { result: await work() };
    } catch (error) {
      return { failure: this.#failureOf(error) };
    }
  }

  /** Returns the failure to report; details of an unexpected error stay in the log of this node. */
  #failureOf(error: unknown): Failure {
    if (error instanceof DmlError) return { code: error.code, reason: clip(error.message, LIMITS.reasonCharactersMax) };
    this.#options.log.error("An unexpected error occurred.", { error: String(error) });
    return { code: "attempt_failed", reason: "An unexpected error occurred in a node; see its log." };
  }

  /** Registers `transfer`, so that {@linkcode close} waits for its end. */
  async #track<Result>(transfer: Promise<Result>): Promise<Result> {
    this.#transfers.add(transfer);
    try {
      return await transfer;
    } finally {
      this.#transfers.delete(transfer);
    }
  }
}
