import type { AssetSource } from "../../models/assets.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import { type Manifest, modelName } from "../../models/manifest.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Engine, EngineResult, LoadedModel, ModelFileReader, RunOptions } from "./engine.ts";
import { WorkerClient } from "./worker_client.ts";
import type { SpawnWorker } from "./worker_port.ts";
import type { PooledModel } from "./pooled_model.ts";
import { WorkerSlot } from "./worker_slot.ts";
import { WorkerThread } from "./worker_thread.ts";
import { WORKER_URL } from "./worker_url.ts";

/** Maximum number of runs that wait for a worker; few do if the caller respects `slots`. */
const WAITING_MAX = 1_024;
/** Maximum number of runs in one worker: the running one, and quick ones queued behind it. */
const PENDING_MAX = 16;
/** Speed that is reported if none was measured; no caller uses it then. */
const UNMEASURED_IMAGES_PER_SECOND = 1;

/** Options of {@linkcode createWorkerPool}. */
export interface WorkerPoolOptions {
  /** Number of workers; each has its own engine and its own copy of the model files. */
  readonly workers: number;
  /** The asset files that workers request; each call returns new bytes, which are transferred. */
  readonly assets: AssetSource;
  readonly clock: Clock;
  readonly log: Log;
  /** False to skip warming up and measuring, which do not pay for a few pictures. */
  readonly measures?: boolean;
  /** False if the patch of the inference engine is turned off. */
  readonly patchesEngine?: boolean;
  /** Starts a worker; if absent, workers are threads of this process. */
  readonly spawn?: SpawnWorker;
  /** Limit of the memory of each worker, in bytes; absent or `null` if there is none. */
  readonly memoryBytes?: number | null;
  /** Main module of workers that are threads; other than the real one only in tests. */
  readonly workerUrl?: URL;
}

/** A run that waits for a worker. */
interface Waiting {
  readonly deadlineAtMs: number;
  readonly begin: (slot: WorkerSlot) => void;
  readonly reject: (error: DmlError) => void;
}

/** Returns an {@linkcode Engine} whose work is done by workers without permissions. */
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
  /** Time at which the timer shared by all deadlines fires, in milliseconds. */
  #sweepAtMs = Infinity;
  #cancelSweep: (() => void) | null = null;

  constructor(options: WorkerPoolOptions) {
    const { workers, assets, clock, log, measures = true, patchesEngine = true, workerUrl = WORKER_URL } = options;
    this.#clock = clock;
    this.#measures = measures;
    const { spawn: spawnWorker = (events) => new WorkerThread(workerUrl, events), memoryBytes = null } = options;
    const onEnginePatchSkipped = once(() =>
      log.warn("The patch of the engine is skipped: it was written for another version. Some models run slower.")
    );
    const spawn = (onEnd: () => void) =>
      new WorkerClient({ spawn: spawnWorker, assets, log, onEnd, onEnginePatchSkipped });
    const onFree = () => this.#beginWaiting();
    const models = this.#models;
    const galleries = this.#galleries;
    while (this.#slots.length < workers) {
      this.#slots.push(
        new WorkerSlot({ spawn, models, galleries, clock, log, onFree, settings: { patchesEngine, memoryBytes } }),
      );
    }
  }

  get slots(): number {
    return this.#slots.length;
  }

  async load(
    manifestDigest: string,
    manifest: Manifest,
    readModelFiles: ModelFileReader,
  ): Promise<LoadedModel> {
    const model = { name: modelName(manifest), manifest, readModelFiles, warmUp: this.#measures };
    await Promise.all(this.#slots.map((slot) => slot.ready()));
    this.#models.set(manifestDigest, model);
    try {
      const measured = await Promise.all(this.#slots.map((slot) => slot.load(manifestDigest, model)));
      if (!this.#measures) return { imagesPerSecond: UNMEASURED_IMAGES_PER_SECOND };
      const memoryBytes = Math.max(...measured.filter((bytes) => bytes !== null));
      // Only one worker is measured, after all of them have finished loading.
      const speed = await this.#slots[0].measure(manifestDigest, model);
      return memoryBytes > 0 ? { ...speed, memoryBytes } : speed;
    } catch (error) {
      await this.unload(manifestDigest);
      throw error;
    }
  }

  async unload(manifestDigest: string): Promise<void> {
    this.#models.delete(manifestDigest);
    // A worker that died or failed keeps nothing of the model, and its successor will not load it.
    await Promise.allSettled(this.#slots.map((slot) => slot.unload(manifestDigest)));
  }

  async setGallery(name: string, view: GalleryView | null): Promise<void> {
    if (view === null) this.#galleries.delete(name);
    else this.#galleries.set(name, view);
    // A worker handles messages in order, so every later request comes after this one.
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

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelSweep?.();
    for (const { reject } of this.#waiting.splice(0)) reject(closed());
    await Promise.all(this.#slots.map((slot) => slot.close(closed())));
  }

  /**
   * Returns a free worker or, for a quick run, the one with the fewest pending requests;
   * `undefined` if the run has to wait.
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
      if (slot.deadlineAtMs > nowMs) continue;
      // The running picture is blamed only if it is late itself, not one behind it.
      slot.replace(slot.isRunningLate(nowMs) ? tooLong() : overdue("The worker took too long and was ended."));
    }
    const next = [...this.#slots, ...this.#waiting].map(({ deadlineAtMs }) => deadlineAtMs);
    const nextAtMs = Math.min(...next);
    if (nextAtMs !== Infinity) this.#sweepBy(nextAtMs);
  }
}

/** Returns a function that calls `work` only the first time it is called. */
function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

/** A run as it is sent to a worker. */
interface Run {
  readonly manifestDigest: string;
  readonly image: Uint8Array<ArrayBuffer> | null;
  readonly options: RunOptions;
  readonly deadlineAtMs: number;
}

/**
 * Runs a picture in a worker. A run that is cancelled meanwhile is still finished, because a worker
 * cannot be interrupted.
 */
async function runOn(slot: WorkerSlot, { manifestDigest, image, options, deadlineAtMs }: Run): Promise<EngineResult> {
  const { signal, isQuick: _, deadlineMs: __, ...wanted } = options;
  if (signal?.aborted) throw cancelled();
  const { prediction, annotated, crops, tensorBytes } = await slot.request(
    { type: "run", manifestDigest, image, ...wanted },
    { transfer: image === null ? [] : [image.buffer], deadlineAtMs },
  );
  if (signal?.aborted) throw cancelled();
  return { prediction, annotated, crops, ...(tensorBytes === undefined ? {} : { tensorBytes }) };
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

/** Returns the error of a picture that a worker was ended over, which may be the picture's fault. */
function tooLong(): DmlError {
  return new DmlError("worker_died", "The worker took too long for the picture and was ended.");
}
