import type { AssetSource } from "../../models/assets.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import { type Manifest, modelName } from "../../models/manifest.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Engine, EngineResult, ModelFileReader, RunOptions } from "./engine.ts";
import { WorkerClient } from "./worker_client.ts";
import { type PooledModel, WorkerSlot } from "./worker_slot.ts";

/**
 * The most runs that may wait for a worker; with a caller that keeps to `slots` none waits for
 * long.
 */
const WAITING_MAX = 1_024;
/** The most runs that one worker has in hand: the one that it runs, and quick ones behind it. */
const PENDING_MAX = 16;
/** The speed that is reported when none is measured, since nobody compares it. */
const UNMEASURED_IMAGES_PER_SECOND = 1;
/** The workers' module, which lies beside this one; in the packed program both are bundled. */
const WORKER = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";

/** The settings of a pool and what it works with. */
export interface WorkerPoolOptions {
  /** The number of workers; each is a thread with its own engine and its own copy of the model files. */
  readonly workers: number;
  /**
   * The files that workers ask for. Every call returns new bytes, since they are transferred to a
   * worker.
   */
  readonly assets: AssetSource;
  readonly clock: Clock;
  readonly log: Log;
  /** False if there are only a few pictures: then nothing is warmed up or measured first. */
  readonly measures?: boolean;
  /** False if the workers are to use the engine as it was built, without what dml changes of it. */
  readonly patchesEngine?: boolean;
  /** The workers' module, if it is not the real one. */
  readonly workerUrl?: URL;
}

/** A run that waits for a worker. */
interface Waiting {
  readonly deadlineAtMs: number;
  readonly begin: (slot: WorkerSlot) => void;
  readonly reject: (error: DmlError) => void;
}

/** Returns an {@linkcode Engine} whose work is done by threads that hold no permissions at all. */
export function createWorkerPool(options: WorkerPoolOptions): Engine {
  invariant(options.workers >= 1, `a pool needs a worker, not ${options.workers}`);
  return new WorkerPool(options);
}

class WorkerPool implements Engine {
  readonly #clock: Clock;
  readonly #measures: boolean;
  readonly #models = new Map<string, PooledModel>();
  readonly #galleries = new Map<string, GalleryView>();
  readonly #slots: WorkerSlot[] = [];
  #waiting: Waiting[] = [];
  #isClosed = false;
  /** The time at which the one timer for all deadlines is due. */
  #sweepAtMs = Infinity;
  #cancelSweep: (() => void) | null = null;

  constructor(options: WorkerPoolOptions) {
    const { workers, assets, clock, log, measures = true, patchesEngine = true, workerUrl } = options;
    this.#clock = clock;
    this.#measures = measures;
    const url = workerUrl ?? new URL(WORKER, import.meta.url);
    const onEnginePatchSkipped = once(() =>
      log.warn("The patch of the engine is skipped: it was written for another version. Some models run slower.")
    );
    const spawn = (onEnd: () => void) => new WorkerClient({ url, assets, log, onEnd, onEnginePatchSkipped });
    const onFree = () => this.#beginWaiting();
    const models = this.#models;
    const galleries = this.#galleries;
    while (this.#slots.length < workers) {
      this.#slots.push(new WorkerSlot({ spawn, models, galleries, clock, log, onFree, patchesEngine }));
    }
  }

  get slots(): number {
    return this.#slots.length;
  }

  async load(
    manifestDigest: string,
    manifest: Manifest,
    readFiles: ModelFileReader,
  ): Promise<{ imagesPerSecond: number }> {
    const model = { name: modelName(manifest), manifest, readFiles, warmUp: this.#measures };
    await Promise.all(this.#slots.map((slot) => slot.ready()));
    this.#models.set(manifestDigest, model);
    try {
      await Promise.all(this.#slots.map((slot) => slot.load(manifestDigest, model)));
      if (!this.#measures) return { imagesPerSecond: UNMEASURED_IMAGES_PER_SECOND };
      // Only one worker is measured, while the others have nothing left to load.
      return { imagesPerSecond: await this.#slots[0].measure(manifestDigest, model) };
    } catch (error) {
      await this.unload(manifestDigest);
      throw error;
    }
  }

  async unload(manifestDigest: string): Promise<void> {
    this.#models.delete(manifestDigest);
    // A worker that died or refused keeps nothing of the model, and its successor will not
    // load it.
    await Promise.allSettled(this.#slots.map((slot) => slot.ask({ type: "unload", manifestDigest })));
  }

  async setGallery(name: string, view: GalleryView | null): Promise<void> {
    if (view === null) this.#galleries.delete(name);
    else this.#galleries.set(name, view);
    // A worker handles messages in order, so whatever it is asked from now on comes after this.
    await Promise.all(this.#slots.map((slot) => slot.setGallery(name, view)));
  }

  run(
    manifestDigest: string,
    image: Uint8Array<ArrayBuffer> | null,
    options: RunOptions,
  ): Promise<EngineResult> {
    const { promise, resolve, reject } = Promise.withResolvers<EngineResult>();
    const deadlineAtMs = this.#clock.nowMs() + options.deadlineMs;
    const begin = (slot: WorkerSlot) => {
      runOn(slot, { manifestDigest, image, options, deadlineAtMs }).then(resolve, reject);
    };
    const slot = this.#slotFor(options);
    if (this.#isClosed) reject(closed());
    else if (options.signal?.aborted) reject(cancelled());
    else if (slot !== undefined) begin(slot);
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push({ deadlineAtMs, begin, reject });
    else reject(new DmlError("queue_full", `${WAITING_MAX} pictures are already waiting for a worker.`));
    this.#sweepBy(deadlineAtMs);
    return promise;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelSweep?.();
    for (const { reject } of this.#waiting.splice(0)) reject(closed());
    for (const slot of this.#slots) slot.close(closed());
    return Promise.resolve();
  }

  /**
   * Returns a free worker or, for a quick run, the one that has the least in hand; `undefined` if
   * the run has to wait.
   */
  #slotFor({ isQuick = false }: RunOptions): WorkerSlot | undefined {
    const free = this.#slots.find(({ isFree }) => isFree);
    if (free !== undefined || !isQuick || this.#waiting.length > 0) return free;
    let best: WorkerSlot | undefined;
    for (const slot of this.#slots) {
      if (slot.pendingCount < (best?.pendingCount ?? PENDING_MAX)) best = slot;
    }
    return best;
  }

  #beginWaiting(): void {
    while (this.#waiting.length > 0) {
      const slot = this.#slots.find(({ isFree }) => isFree);
      if (slot === undefined) return;
      this.#waiting.shift()?.begin(slot);
    }
  }

  #sweepBy(atMs: number): void {
    if (this.#isClosed || atMs >= this.#sweepAtMs) return;
    this.#cancelSweep?.();
    this.#sweepAtMs = atMs;
    this.#cancelSweep = this.#clock.after(Math.max(0, atMs - this.#clock.nowMs()), () => this.#sweep());
  }

  #sweep(): void {
    const nowMs = this.#clock.nowMs();
    this.#sweepAtMs = Infinity;
    this.#cancelSweep = null;
    const late = this.#waiting.filter(({ deadlineAtMs }) => deadlineAtMs <= nowMs);
    this.#waiting = this.#waiting.filter(({ deadlineAtMs }) => deadlineAtMs > nowMs);
    for (const { reject } of late) reject(overdue("No worker was free in time."));
    for (const slot of this.#slots) {
      if (slot.deadlineAtMs <= nowMs) slot.replace(overdue("The worker took too long and was terminated."));
    }
    const next = [...this.#slots, ...this.#waiting].map(({ deadlineAtMs }) => deadlineAtMs);
    const nextAtMs = Math.min(...next);
    if (nextAtMs !== Infinity) this.#sweepBy(nextAtMs);
  }
}

/** Returns a function that does `work` the first time it is called. */
function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

/** A run that a worker is asked for. */
interface Run {
  readonly manifestDigest: string;
  readonly image: Uint8Array<ArrayBuffer> | null;
  readonly options: RunOptions;
  readonly deadlineAtMs: number;
}

/**
 * Has a worker look at a picture. A picture that is cancelled meanwhile is still finished, since a
 * worker cannot be stopped in the middle of one.
 */
async function runOn(slot: WorkerSlot, { manifestDigest, image, options, deadlineAtMs }: Run): Promise<EngineResult> {
  const { annotate, embeddings, gallery, crops: wantsCrops, signal } = options;
  if (signal?.aborted) throw cancelled();
  const { prediction, annotated, crops } = await slot.ask(
    { type: "run", manifestDigest, image, annotate, embeddings, gallery, crops: wantsCrops },
    { transfer: image === null ? [] : [image.buffer], deadlineAtMs },
  );
  if (signal?.aborted) throw cancelled();
  return { prediction, annotated, crops };
}

function cancelled(): DmlError {
  return new DmlError("cancelled", "The request for this picture was cancelled.");
}

function closed(): DmlError {
  return new DmlError("shutting_down", "The workers were stopped.");
}

function overdue(reason: string): DmlError {
  return new DmlError("deadline_exceeded", reason);
}
