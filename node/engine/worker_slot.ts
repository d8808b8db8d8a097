import type { Clock } from "../../protocol/kernel/clock.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { ModelFileReader } from "./engine.ts";
import type { WorkerClient } from "./worker_client.ts";
import type { LoadableModel, ReplyTo, WorkerAsk } from "./worker_protocol.ts";

/** First and longest wait before a worker that cannot start is tried again. */
const RESTART_MIN_MS = 500;
const RESTART_MAX_MS = 30_000;
const MINUTE_MS = 60_000;

/** What every worker of a pool has loaded. */
export interface PooledModel extends Omit<LoadableModel, "files"> {
  readonly readFiles: ModelFileReader;
}

/** What a slot needs of its pool. */
export interface WorkerSlotOptions {
  /** Starts a worker. */
  readonly spawn: (onEnd: () => void) => WorkerClient;
  /** What every worker must have loaded; the pool's own, it changes. */
  readonly models: ReadonlyMap<string, PooledModel>;
  /** The people that every worker must know, by gallery; the pool's own, it changes. */
  readonly galleries: ReadonlyMap<string, GalleryView>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called whenever the slot may have become free. */
  readonly onFree: () => void;
}

/** The place of one worker in the pool: whoever dies in it is replaced and given the models again. */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions;
  #client: WorkerClient | null = null;
  /** Of what the present worker was asked and has not answered. */
  #deadlinesAtMs: number[] = [];
  #isReady = false;
  #isClosed = false;
  /** Resolves when the present or the next worker has all models; rejects with what ended it before. */
  #starting: Promise<void> = Promise.resolve();
  #restartMs = RESTART_MIN_MS;
  /** Gives up a start that was put off. */
  #abandonRestart: ((error: DmlError) => void) | null = null;

  constructor(options: WorkerSlotOptions) {
    this.#options = options;
    this.#startBy(this.#start());
  }

  /** Resolves when there is a worker that has all models; throws why it could not be started. */
  ready(): Promise<void> {
    return this.#starting;
  }

  /** Whether a request would be begun at once. */
  get isFree(): boolean {
    return this.pendingCount === 0;
  }

  /** Requests that the worker has in hand; infinity while there is none that could take one. */
  get pendingCount(): number {
    return this.#isReady ? this.#client?.pendingCount ?? Infinity : Infinity;
  }

  /** When the first of what it was asked is overdue, on the clock; infinity when it has all the time. */
  get deadlineAtMs(): number {
    return Math.min(...this.#deadlinesAtMs);
  }

  /** Asks the slot's worker, which the caller replaces when `deadlineAtMs` has passed. Throws what the worker answers, or `worker_died`. */
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
   * Has the slot's worker load one of the pool's models; a worker that is just being started does so by itself. Throws what the
   * worker answers, `deadline_exceeded` when it was stuck and is being replaced, or why the next one could not be started.
   */
  async load(manifestDigest: string, model: PooledModel): Promise<void> {
    const client = this.#isReady ? this.#client : null;
    if (client === null) return await this.#starting;
    const late = overdue(`loaded ${model.name}`);
    const [ask, options] = await loadOf(manifestDigest, model);
    // A worker that took its place meanwhile loads what the others have.
    if (this.#client !== client) return await this.#starting;
    try {
      await this.#within(this.ask(ask, options), { client, late });
    } catch (error) {
      // The worker refused, or was stuck in this; else it died, perhaps of something else.
      if (this.#client === client || error === late) throw error;
      await this.#starting;
    }
  }

  /** The pictures a second of the slot's worker with a model that it has loaded. Throws as {@linkcode load} does, or `worker_died`. */
  async measure(manifestDigest: string, { name }: PooledModel): Promise<number> {
    const late = overdue(`measured ${name}`);
    const measured = this.ask({ type: "measure", manifestDigest });
    return (await this.#within(measured, { client: this.#client, late })).imagesPerSecond;
  }

  /**
   * Has the slot's worker compare faces with these people, also one that is just being started. A worker that dies uses nobody's
   * any more, and the next one is given what the pool has then.
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

  /** Terminates the worker; what it had in hand fails with `error`, and another takes its place. */
  replace(error: DmlError): void {
    this.#client?.end(error);
  }

  /** Terminates the worker for good. */
  close(error: DmlError): void {
    this.#isClosed = true;
    this.#abandonRestart?.(error);
    this.#client?.end(error);
  }

  /** Whoever waits for the start hears how it went; when nobody does, the log has it. */
  #startBy(starting: Promise<void>): void {
    this.#starting = starting;
    starting.catch(() => {});
  }

  async #start(): Promise<void> {
    const client = this.#options.spawn(() => this.#ended());
    this.#client = client;
    try {
      await this.#within(client.ask({ type: "start" }), { client, late: overdue("started") });
      for (const [name, view] of this.#options.galleries) await client.ask({ type: "setGallery", name, view });
      // The pool may add to the models meanwhile; a loop over a Map sees what is added behind.
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

  /** What a worker is to do before it can look at pictures has a limit of its own; one that is not done by then is ended with `late`. */
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

  /** A worker that could not even be started is not tried again at once. */
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
    if (wasReady) this.#options.log.warn("A worker ended and is replaced.");
    this.#startBy(wasReady ? this.#start() : this.#startLater());
  }
}

/** An engine or a codec that failed for no fault of the picture is not trusted with another. */
function isBroken(error: unknown): boolean {
  const { code } = asDmlError(error);
  return code === "engine_failed" || code === "internal";
}

/** Says what a worker had not `done` when its time was over, and the way out. */
function overdue(done: string): DmlError {
  const what = `A worker had not ${done} after ${LIMITS.loadDeadlineMs / MINUTE_MS} minutes and was ended.`;
  return new DmlError("deadline_exceeded", `${what} Free the host of other work, or use a smaller model.`, {
    advice: "Then start it again.",
  });
}

/** What has a worker load `model`, whose model files are read for it alone. */
async function loadOf(
  manifestDigest: string,
  { readFiles, ...rest }: PooledModel,
): Promise<[Extract<WorkerAsk, { type: "load" }>, { transfer: ArrayBuffer[] }]> {
  const files = await readFiles();
  const transfer = [...files.values()].map(({ buffer }) => buffer);
  return [{ type: "load", manifestDigest, ...rest, files }, { transfer }];
}
