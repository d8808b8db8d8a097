import type { Clock } from "../../protocol/kernel/clock.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { ModelFileReader } from "./engine.ts";
import type { WorkerClient } from "./worker_client.ts";
import type { LoadableModel, ReplyTo, WorkerAsk } from "./worker_protocol.ts";

/** Shortest and longest delay before another start after a worker failed to start. */
const RESTART_MIN_MS = 500;
const RESTART_MAX_MS = 30_000;
const MINUTE_MS = 60_000;

/** A model that every worker of a pool must have loaded. */
export interface PooledModel extends Omit<LoadableModel, "files"> {
  readonly readFiles: ModelFileReader;
}

export interface WorkerSlotOptions {
  /** Starts a worker. */
  readonly spawn: (onEnd: () => void) => WorkerClient;
  /** Models that every worker must load, keyed by manifest digest; the pool changes this map. */
  readonly models: ReadonlyMap<string, PooledModel>;
  /** The galleries that every worker must know, keyed by name; the pool changes this map. */
  readonly galleries: ReadonlyMap<string, GalleryView>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called whenever the slot may have become free. */
  readonly onFree: () => void;
  /** False if the workers are to use the engine as it was built. */
  readonly patchesEngine: boolean;
}

/** Place of one worker in the pool. A worker that dies is replaced by one with the same models. */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions;
  #client: WorkerClient | null = null;
  /** Deadlines of the requests pending on the present worker, in milliseconds. */
  #deadlinesAtMs: number[] = [];
  #isReady = false;
  #isClosed = false;
  /** Resolves once the present worker or its successor has all models; rejects if that fails. */
  #starting: Promise<void> = Promise.resolve();
  #restartMs = RESTART_MIN_MS;
  /** Cancels a delayed start and rejects it. */
  #abandonRestart: ((error: DmlError) => void) | null = null;

  constructor(options: WorkerSlotOptions) {
    this.#options = options;
    this.#startBy(this.#start());
  }

  /** Resolves once a worker has loaded all models; throws why it could not be started. */
  ready(): Promise<void> {
    return this.#starting;
  }

  /** True if a request would begin at once. */
  get isFree(): boolean {
    return this.pendingCount === 0;
  }

  /** Number of requests pending on the worker; `Infinity` if there is none that can take one. */
  get pendingCount(): number {
    return this.#isReady ? this.#client?.pendingCount ?? Infinity : Infinity;
  }

  /** Earliest deadline of the pending requests, in milliseconds; `Infinity` if none has one. */
  get deadlineAtMs(): number {
    return Math.min(...this.#deadlinesAtMs);
  }

  /**
   * Sends a request to the slot's worker. The caller must replace the worker when `deadlineAtMs`
   * has passed. Throws the failure that the worker replies, or `worker_died`.
   */
  async ask<Type extends keyof ReplyTo>(
    ask: Extract<WorkerAsk, { type: Type }>,
    options: { transfer?: ArrayBuffer[]; deadlineAtMs?: number } = {},
  ): Promise<ReplyTo[Type]> {
    const { transfer, deadlineAtMs = Infinity } = options;
    const client = this.#client;
    if (client === null) throw new DmlError("worker_died", "The worker is being replaced.");
    const deadlinesAtMs = this.#deadlinesAtMs;
    deadlinesAtMs.push(deadlineAtMs);
    try {
      return await client.ask(ask, transfer);
    } catch (error) {
      if (ask.type === "run" && isBroken(error)) client.end(asDmlError(error));
      throw error;
    } finally {
      deadlinesAtMs.splice(deadlinesAtMs.indexOf(deadlineAtMs), 1);
      this.#options.onFree();
    }
  }

  /**
   * Loads one of the pool's models in the slot's worker; a worker that is just starting loads it as
   * part of its start. Throws the failure that the worker replies, `deadline_exceeded` if it was
   * stuck and is being replaced, or the error of starting its successor.
   */
  async load(manifestDigest: string, model: PooledModel): Promise<void> {
    const client = this.#isReady ? this.#client : null;
    if (client === null) return await this.#starting;
    const late = overdue(`loaded ${model.name}`);
    const [ask, options] = await loadOf(manifestDigest, model);
    // A worker that took its place in the meantime loads all models of the pool.
    if (this.#client !== client) return await this.#starting;
    try {
      await this.#within(this.ask(ask, options), { client, late });
    } catch (error) {
      // Rethrown if the worker refused the model or was stuck in it; otherwise it died, perhaps for
      // another reason.
      if (this.#client === client || error === late) throw error;
      await this.#starting;
    }
  }

  /** Measures a loaded model, in images per second. Throws as {@linkcode load} or `worker_died`. */
  async measure(manifestDigest: string, { name }: PooledModel): Promise<number> {
    const late = overdue(`measured ${name}`);
    const measured = this.ask({ type: "measure", manifestDigest });
    return (await this.#within(measured, { client: this.#client, late })).imagesPerSecond;
  }

  /**
   * Sets a gallery in the slot's worker, also in one that is just starting. Failure because a
   * worker ended is ignored: it uses no gallery any more, and its successor receives those of the
   * pool.
   */
  async setGallery(name: string, view: GalleryView | null): Promise<void> {
    try {
      await this.#client?.ask({ type: "setGallery", name, view });
    } catch (error) {
      const { code } = asDmlError(error);
      if (code !== "worker_died" && code !== "shutting_down") this.replace(asDmlError(error));
    } finally {
      this.#options.onFree();
    }
  }

  /** Terminates the worker and starts another; pending requests fail with `error`. */
  replace(error: DmlError): void {
    this.#client?.end(error);
  }

  /** Terminates the worker for good. */
  close(error: DmlError): void {
    this.#isClosed = true;
    this.#abandonRestart?.(error);
    this.#client?.end(error);
  }

  /** Sets the start that callers wait for. Its failure is logged, so no caller has to handle it. */
  #startBy(starting: Promise<void>): void {
    this.#starting = starting;
    starting.catch(() => {});
  }

  async #start(): Promise<void> {
    const client = this.#options.spawn(() => this.#ended());
    this.#client = client;
    try {
      await this.#within(client.ask({ type: "start", patchesEngine: this.#options.patchesEngine }), {
        client,
        late: overdue("started"),
      });
      for (const [name, view] of this.#options.galleries) await client.ask({ type: "setGallery", name, view });
      // The pool may add models during the loop; a loop over a Map also visits entries added behind
      // the present one.
      for (const [manifestDigest, model] of this.#options.models) {
        const [ask, { transfer }] = await loadOf(manifestDigest, model);
        await this.#within(client.ask(ask, transfer), { client, late: overdue(`loaded ${model.name}`) });
      }
    } catch (error) {
      const { code, message } = asDmlError(error);
      if (!this.#isClosed) this.#options.log.error("A worker could not be started.", { code, reason: message });
      client.end(asDmlError(error));
      throw error;
    }
    this.#isReady = true;
    this.#restartMs = RESTART_MIN_MS;
    this.#options.onFree();
  }

  /** Waits for `answered`; ends the client with `late` after the time limit of loading. */
  async #within<Reply>(
    answered: Promise<Reply>,
    { client, late }: { client: WorkerClient | null; late: DmlError },
  ): Promise<Reply> {
    const cancel = this.#options.clock.after(LIMITS.loadDeadlineMs, () => client?.end(late));
    try {
      return await answered;
    } finally {
      cancel();
    }
  }

  /** Starts a worker after a delay that doubles with every failed start. */
  #startLater(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(this.#restartMs, () => {
      this.#abandonRestart = null;
      this.#start().then(resolve, reject);
    });
    this.#restartMs = Math.min(2 * this.#restartMs, RESTART_MAX_MS);
    this.#abandonRestart = (error) => {
      cancel();
      reject(error);
    };
    return promise;
  }

  #ended(): void {
    const wasReady = this.#isReady;
    this.#isReady = false;
    this.#client = null;
    this.#deadlinesAtMs = [];
    if (this.#isClosed) return;
    if (wasReady) this.#options.log.warn("A worker ended; it is being replaced.");
    this.#startBy(wasReady ? this.#start() : this.#startLater());
  }
}

/** Returns true if the picture was not at fault; the worker is then not trusted with another. */
function isBroken(error: unknown): boolean {
  const { code } = asDmlError(error);
  return code === "engine_failed" || code === "internal";
}

/** Returns the error for a worker that had not `done` something in time, with advice. */
function overdue(done: string): DmlError {
  const what = `A worker had not ${done} after ${LIMITS.loadDeadlineMs / MINUTE_MS} minutes and was terminated.`;
  return new DmlError("deadline_exceeded", `${what} Stop other programs on the host, or use a smaller model.`, {
    advice: "Then start dml again.",
  });
}

/** Creates the request to load `model`, with model files that are read for this worker alone. */
async function loadOf(
  manifestDigest: string,
  { readFiles, ...rest }: PooledModel,
): Promise<[Extract<WorkerAsk, { type: "load" }>, { transfer: ArrayBuffer[] }]> {
  const files = await readFiles();
  const transfer = [...files.values()].map(({ buffer }) => buffer);
  return [{ type: "load", manifestDigest, ...rest, files }, { transfer }];
}
