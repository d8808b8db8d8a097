import type { Clock } from "../../protocol/kernel/clock.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { bloated, overdue } from "./worker_endings.ts";
import type { LoadedModel } from "./engine.ts";
import { loadOf, type PooledModel } from "./pooled_model.ts";
import type { WorkerClient } from "./worker_client.ts";
import { WorkerMemory } from "./worker_memory.ts";
import type { ReplyTo, WorkerRequestBody, WorkerSettings } from "./worker_protocol.ts";

/** First and longest wait before a worker that failed to start is started again. */
const RESTART_MIN_MS = 500;
const RESTART_MAX_MS = 30_000;

export interface WorkerSlotOptions {
  /** Starts a worker; `onEnd` is called when it has ended. */
  readonly spawn: (onEnd: () => void) => WorkerClient;
  /** Models that every worker must load; the pool changes them. */
  readonly models: ReadonlyMap<string, PooledModel>;
  /** Galleries that every worker must have, keyed by name; the pool changes them. */
  readonly galleries: ReadonlyMap<string, GalleryView>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called whenever the slot may have become free. */
  readonly onFree: () => void;
  readonly settings: WorkerSettings;
}

/** A place for one worker in the pool. A worker that dies is replaced by a new one. */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions;
  #client: WorkerClient | null = null;
  /** Deadlines of the pending requests of the present worker. */
  #deadlinesAtMs: number[] = [];
  #isReady = false;
  #memory = new WorkerMemory();
  #isClosed = false;
  /** Resolves once the present or the next worker has loaded all models. */
  #starting: Promise<void> = Promise.resolve();
  #restartMs = RESTART_MIN_MS;
  /** Cancels a delayed start; `null` if none is scheduled. */
  #abandonRestart: ((error: DmlError) => void) | null = null;

  constructor(options: WorkerSlotOptions) {
    this.#options = options;
    this.#startBy(this.#start());
  }

  /** Waits for a worker with all models. Throws the reason if none could be started. */
  ready(): Promise<void> {
    return this.#starting;
  }

  /** True if a request would start at once. */
  get isFree(): boolean {
    return this.pendingCount === 0;
  }

  /** Number of pending requests of the worker; infinity while there is none, or it is ending. */
  get pendingCount(): number {
    const client = this.#isReady ? this.#client : null;
    return client === null || client.isEnding ? Infinity : client.pendingCount;
  }

  /** Returns true if the running request is late, and not only one that waits behind it. */
  isRunningLate(nowMs: number): boolean {
    return this.#deadlinesAtMs.length > 0 && this.#deadlinesAtMs[0] <= nowMs;
  }

  /** Earliest deadline on the clock, in milliseconds; infinity if there is none. */
  get deadlineAtMs(): number {
    return Math.min(...this.#deadlinesAtMs);
  }

  /**
   * Sends a request to the slot's worker; the caller replaces the worker after `deadlineAtMs`.
   * Throws the error that the worker replies with, or `worker_died`.
   */
  async request<Type extends keyof ReplyTo>(
    body: Extract<WorkerRequestBody, { type: Type }>,
    options: { transfer?: ArrayBuffer[]; deadlineAtMs?: number } = {},
  ): Promise<ReplyTo[Type]> {
    const { transfer, deadlineAtMs = Infinity } = options;
    const client = this.#client;
    if (client === null) throw new DmlError("worker_died", "The worker is being replaced.");
    const deadlinesAtMs = this.#deadlinesAtMs;
    deadlinesAtMs.push(deadlineAtMs);
    try {
      return await client.request(body, transfer);
    } catch (error) {
      if (body.type === "run" && isBroken(error)) client.end(asDmlError(error));
      throw error;
    } finally {
      deadlinesAtMs.splice(deadlinesAtMs.indexOf(deadlineAtMs), 1);
      if (this.#memory.isBloated && client.pendingCount === 0) client.end(bloated());
      this.#options.onFree();
    }
  }

  /**
   * Loads one of the pool's models in the slot's worker; a worker that is being started loads all
   * of them anyway. Returns the memory of a worker with this model, in bytes, or `null` if it is not
   * known. Throws the error that the worker replies with, `deadline_exceeded` if it hung and is
   * being replaced, or the reason why its successor could not be started.
   */
  async load(manifestDigest: string, model: PooledModel): Promise<number | null> {
    const client = this.#isReady ? this.#client : null;
    if (client === null) return await this.#starting.then(() => null);
    const late = overdue(`loaded ${model.name}`);
    const [body, options] = await loadOf(manifestDigest, model);
    // A worker that has replaced it meanwhile loads the same models.
    if (this.#client !== client) return await this.#starting.then(() => null);
    try {
      const { resident } = await this.#within(this.request(body, options), { client, late });
      return this.#memory.loaded(manifestDigest, resident);
    } catch (error) {
      // The worker failed or hung; otherwise it died, perhaps for another reason.
      if (this.#client === client || error === late) throw error;
      return await this.#starting.then(() => null);
    }
  }

  /** Unloads a model. The worker is replaced once it is idle if it keeps too much memory. */
  async unload(manifestDigest: string): Promise<void> {
    const { resident } = await this.request({ type: "unload", manifestDigest });
    this.#memory.unloaded(manifestDigest, resident);
    if (this.#memory.isBloated && this.#client?.pendingCount === 0) this.#client.end(bloated());
  }

  /** Measures the worker's pictures per second. Throws like `load()`, or `worker_died`. */
  async measure(manifestDigest: string, { name }: PooledModel): Promise<Omit<LoadedModel, "memoryBytes">> {
    const late = overdue(`measured ${name}`);
    const measured = this.request({ type: "measure", manifestDigest });
    const { imagesPerSecond, unwarmed } = await this.#within(measured, { client: this.#client, late });
    return unwarmed === undefined ? { imagesPerSecond } : { imagesPerSecond, unwarmed };
  }

  /**
   * Sets a gallery in the slot's worker, even while it is being started. If the worker dies, its
   * successor gets the galleries that the pool then has.
   */
  async setGallery(name: string, view: GalleryView | null): Promise<void> {
    try {
      await this.#client?.request({ type: "setGallery", name, view });
    } catch (error) {
      const { code } = asDmlError(error);
      if (code !== "worker_died" && code !== "shutting_down") this.replace(asDmlError(error));
    } finally {
      this.#options.onFree();
    }
  }

  /** Terminates the worker and starts a new one; its pending requests fail with `error`. */
  replace(error: DmlError): void {
    this.#client?.end(error);
  }

  /** Terminates the worker for good; resolves when it has ended. */
  async close(error: DmlError): Promise<void> {
    const client = this.#client;
    this.#isClosed = true;
    this.#abandonRestart?.(error);
    client?.end(error);
    await client?.gone;
  }

  /**
   * Records a start. Its failure must not count as unhandled if no caller waits for it, because it
   * has been logged.
   */
  #startBy(starting: Promise<void>): void {
    this.#starting = starting;
    starting.catch(() => {});
  }

  async #start(): Promise<void> {
    const client = this.#options.spawn(() => this.#ended());
    this.#client = client;
    try {
      const { resident } = await this.#within(client.request({ type: "start", ...this.#options.settings }), {
        client,
        late: overdue("started"),
      });
      this.#memory = new WorkerMemory(resident);
      for (const [name, view] of this.#options.galleries) await client.request({ type: "setGallery", name, view });
      // The pool may add models meanwhile; iteration over a Map includes those too.
      for (const [manifestDigest, model] of this.#options.models) {
        const [body, { transfer }] = await loadOf(manifestDigest, model);
        const late = overdue(`loaded ${model.name}`);
        const loaded = await this.#within(client.request(body, transfer), { client, late });
        this.#memory.loaded(manifestDigest, loaded.resident);
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

  /** Waits for a step of starting a worker; ends the worker with `late` after `loadDeadlineMs`. */
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

  /** Starts a worker after a wait, because the previous one could not start. */
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
    this.#memory = new WorkerMemory();
    this.#client = null;
    this.#deadlinesAtMs = [];
    if (this.#isClosed) return;
    if (wasReady) this.#options.log.warn("A worker ended; it is being replaced.");
    this.#startBy(wasReady ? this.#start() : this.#startLater());
  }
}

/** Returns true for a failure of the engine or a codec that was not caused by the picture. */
function isBroken(error: unknown): boolean {
  const { code } = asDmlError(error);
  return code === "engine_failed" || code === "internal";
}
