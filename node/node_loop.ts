import type { BlobStore } from "../protocol/ports/blob_store.ts";
import type { InlinePicture } from "../protocol/wire/picture_frame.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { Availability } from "../protocol/messages/liveness.ts";
import type { Message } from "../protocol/messages/message.ts";
import type { HostPressure } from "./host/capabilities.ts";
import type { InlinePictures } from "./pictures/inline_pictures.ts";
import { apply } from "./core/apply.ts";
import type { NodeEvent } from "./core/event.ts";
import { areModelsSettled } from "./core/models.ts";
import { plan } from "./core/plan.ts";
import { ConditionWaiters } from "./condition_waiters.ts";
import type { Failure, ModelState, NodeState } from "./core/state.ts";
import { initialState, queuedCount, runningCount } from "./core/state.ts";
import type { Engine } from "./engine/engine.ts";
import { Executor, type FetchProgress } from "./executor.ts";
import { failureInstead } from "./failure_instead.ts";
import type { GalleryCache } from "./galleries/gallery_cache.ts";
import type { LoadRecord } from "./models/load_record.ts";
import type { ModelCache } from "./models/model_cache.ts";

/** Events of the loop that may interest a user. */
export type NodeLoopEvent =
  /** All files of the model are on this node; loading, warming up and measuring take seconds. */
  | { readonly kind: "modelLoading"; readonly model: string }
  | {
    readonly kind: "modelReady";
    readonly model: string;
    readonly imagesPerSecond: number;
    readonly fetchedBytes: number;
  }
  | { readonly kind: "modelFailed"; readonly model: string; readonly failure: Failure }
  | { readonly kind: "drainChanged"; readonly draining: boolean };

export interface NodeLoopOptions {
  readonly engine: Engine;
  readonly cache: ModelCache;
  readonly loads: LoadRecord;
  readonly galleries: GalleryCache;
  readonly remote: BlobStore;
  readonly inlinePictures: InlinePictures;
  readonly clock: Clock;
  readonly log: Log;
  readonly pressure: () => HostPressure;
  /** Sends a message to the master. */
  readonly send: (message: Message) => void;
  /** Sends a picture on the control connection; returns false if it must go over HTTP. */
  readonly sendPicture: (picture: InlinePicture) => boolean;
  /** Called when the availability has changed. */
  readonly onChange: () => void;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly onEvent: (event: NodeLoopEvent) => void;
}

/**
 * Connects the pure core with its surroundings. One turn applies the events to the state, begins
 * all actions that the plan then returns, and sends the queued messages.
 */
export class NodeLoop {
  readonly #options: NodeLoopOptions;
  readonly #state: NodeState;
  readonly #executor: Executor;
  #pressure: HostPressure;
  #reportedSummary = "";
  readonly #waiters: ConditionWaiters;
  #isClosed = false;

  constructor(options: NodeLoopOptions) {
    const { slots } = options.engine;
    this.#options = options;
    this.#pressure = options.pressure();
    this.#state = initialState({
      slots,
      imagesMax: slots * (1 + LIMITS.prefetchPerWorker),
      attemptsMax: slots * LIMITS.attemptsPerWorkerMax,
      modelsMax: LIMITS.modelsMax,
      galleriesMax: LIMITS.galleriesMax,
      attemptDeadlineMs: LIMITS.attemptDeadlineMs,
    });
    this.#waiters = new ConditionWaiters(options.clock);
    this.#executor = new Executor({ ...options, report: (event) => this.#handle(event) });
  }

  /** Handles that the master accepted this node. */
  connected(): void {
    this.#handle({ kind: "connected" });
  }

  /** Handles the loss of the connection: its attempts are cancelled, the models stay loaded. */
  disconnected(): void {
    this.#options.inlinePictures.end();
    this.#handle({ kind: "disconnected" });
  }

  /** Stops accepting new work, or accepts it again if `draining` is false. */
  drain(draining: boolean): void {
    this.#handle({ kind: "drainChanged", draining });
  }

  /** Handles the passage of time, and measures the load of the host again. */
  tick(): void {
    this.#pressure = this.#options.pressure();
    this.#handle({ kind: "ticked" });
  }

  /** Applies a message of the master; the caller must call {@linkcode turn} after each batch. */
  receive(message: Message): void {
    switch (message.type) {
      case "model.offer":
      case "model.retire":
      case "gallery.offer":
      case "gallery.retire":
      case "task.assign":
      case "task.cancel":
        this.#apply({ kind: "instructed", instruction: message });
    }
  }

  /** Yields the files of all models that are on this node or being fetched, except failed ones. */
  *filesInUse(): Iterable<Digest> {
    for (const { phase, offer: { manifest, files } } of this.#state.models.values()) {
      if (phase === "failed") continue;
      yield manifest.digest;
      for (const { digest } of files) yield digest;
    }
  }

  /** Begins all actions that are possible now and sends all queued messages. */
  turn(): void {
    const state = this.#state;
    for (let action = plan(state); action !== null; action = plan(state)) {
      this.#apply({ kind: "begun", action });
      this.#executor.begin(action);
      if (action.do === "load") {
        this.#options.onEvent({ kind: "modelLoading", model: action.offer.model });
      }
    }
    for (const message of state.outbox.splice(0)) this.#send(message);
    const summary = `${runningCount(state)} ${queuedCount(state)} ${state.draining}`;
    if (summary !== this.#reportedSummary) this.#options.onChange();
    this.#reportedSummary = summary;
    this.#waiters.check();
  }

  /** Returns the current availability. */
  availability(): Availability {
    const { limits: { slots }, draining } = this.#state;
    const held = runningCount(this.#state);
    const running = Math.min(held, slots);
    return {
      type: "availability",
      freeSlots: slots - running,
      running,
      queued: queuedCount(this.#state) + held - running,
      draining,
      ...this.#pressure,
    };
  }

  /** Resolves once no uncancelled attempt is left, or after `atMostMs`; true if none is left. */
  whenIdle(atMostMs: number): Promise<boolean> {
    return this.#waiters.wait(() => this.#isIdle(), atMostMs);
  }

  /**
   * Loads and measures every model that is ready anew, as soon as no attempt needs it. Resolves
   * once all are ready or failed, or after `atMostMs`; false if they are not.
   */
  reload(atMostMs: number): Promise<boolean> {
    this.#handle({ kind: "reloadAsked" });
    return this.#waiters.wait(() => areModelsSettled(this.#state), atMostMs);
  }

  /** Returns the models on this node. */
  models(): ModelState[] {
    return [...this.#state.models.values()].map((model) => ({ ...model }));
  }

  /** Aborts transfers and ignores all later events. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#options.inlinePictures.end();
    this.#waiters.end();
    await this.#executor.close();
  }

  #handle(event: NodeEvent): void {
    if (this.#isClosed) return;
    this.#apply(event);
    this.turn();
  }

  #apply(event: NodeEvent): void {
    apply(this.#state, event, this.#options.clock.nowMs());
    if (event.kind === "galleryTaken" || event.kind === "galleryFailed") this.#logGallery(event);
    if (event.kind === "modelLoaded" || event.kind === "modelFailed" || event.kind === "drainChanged") {
      this.#announce(event);
    }
  }

  /** Sends a message. A model may output anything: an unsendable result only fails its attempt. */
  #send(message: Message): void {
    const { send, log } = this.#options;
    try {
      send(message);
    } catch (error) {
      if (message.type !== "task.result" || !(error instanceof DmlError)) throw error;
      const failed = failureInstead(message, error);
      log.error("A result cannot be sent.", { taskId: failed.taskId, code: failed.code, reason: failed.reason });
      send(failed);
    }
  }

  #logGallery(event: Extract<NodeEvent, { kind: "galleryTaken" | "galleryFailed" }>): void {
    const { log } = this.#options;
    const { kind, offer: { gallery, version } } = event;
    if (kind === "galleryFailed") {
      return log.error("A gallery could not be installed here.", { gallery, version, ...event.failure });
    }
    log.info("A gallery is active.", { gallery, version, fetchedBytes: event.fetchedBytes });
  }

  #isIdle(): boolean {
    for (const { phase } of this.#state.attempts.values()) if (phase !== "abandoned") return false;
    return true;
  }

  #announce(event: Extract<NodeEvent, { kind: "modelLoaded" | "modelFailed" | "drainChanged" }>): void {
    const { log, onEvent } = this.#options;
    if (event.kind === "drainChanged") return onEvent(event);
    const known = this.#state.models.get(event.manifestDigest);
    if (known === undefined) return;
    const { offer: { model }, fetchedBytes, phase } = known;
    if (event.kind === "modelLoaded") {
      const { imagesPerSecond } = event;
      log.info("A model is ready.", { model, imagesPerSecond, fetchedBytes });
      onEvent({ kind: "modelReady", model, imagesPerSecond, fetchedBytes });
    } else if (phase === "failed") {
      log.error("A model cannot run here.", { model, ...event.failure });
      onEvent({ kind: "modelFailed", model, failure: event.failure });
    }
  }
}
