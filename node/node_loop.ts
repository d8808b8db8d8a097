import type { BlobStore } from "../protocol/ports/blob_store.ts";
import type { InlinePicture } from "../protocol/wire/picture_frame.ts";
import { clip } from "../protocol/kernel/clip.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { DmlError, type ErrorCode } from "../protocol/kernel/errors.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { Welcome } from "../protocol/messages/hello.ts";
import type { Availability } from "../protocol/messages/liveness.ts";
import type { Message } from "../protocol/messages/message.ts";
import type { TaskFailed, TaskResult } from "../protocol/messages/task.ts";
import type { HostPressure } from "./host/capabilities.ts";
import type { InlinePictures } from "./pictures/inline_pictures.ts";
import { apply } from "./core/apply.ts";
import type { NodeEvent } from "./core/event.ts";
import { plan } from "./core/plan.ts";
import { type Failure, initialState, type NodeState, queuedCount, runningCount } from "./core/state.ts";
import type { Engine } from "./engine/engine.ts";
import { Executor, type FetchProgress } from "./executor.ts";
import type { GalleryCache } from "./galleries/gallery_cache.ts";
import type { ModelCache } from "./models/model_cache.ts";

/** What a turn may bring that a person may want to see. */
export type NodeLoopEvent =
  /** All of it is here; it is loaded, warmed up and measured, which takes seconds. */
  | { readonly kind: "modelLoading"; readonly model: string }
  | {
    readonly kind: "modelReady";
    readonly model: string;
    readonly imagesPerSecond: number;
    readonly fetchedBytes: number;
  }
  | { readonly kind: "modelFailed"; readonly model: string; readonly failure: Failure }
  | { readonly kind: "drainChanged"; readonly draining: boolean };

/** What the turns of a node work with. */
export interface NodeLoopOptions {
  readonly engine: Engine;
  readonly cache: ModelCache;
  readonly galleries: GalleryCache;
  readonly remote: BlobStore;
  readonly inlinePictures: InlinePictures;
  readonly clock: Clock;
  readonly log: Log;
  readonly pressure: () => HostPressure;
  /** To the master. */
  readonly send: (message: Message) => void;
  /** To the master, a picture; false when it must go another way. */
  readonly sendPicture: (picture: InlinePicture) => boolean;
  /** The availability has changed. */
  readonly onChange: () => void;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly onEvent: (event: NodeLoopEvent) => void;
}

/**
 * Where the pure core meets the world. One turn folds what happened into the state, begins all that the plan then asks
 * for and sends what there is to say.
 */
export class NodeLoop {
  readonly #options: NodeLoopOptions;
  readonly #state: NodeState;
  readonly #executor: Executor;
  #pressure: HostPressure;
  #told = "";
  readonly #idleWaiters = new Set<() => void>();
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
    this.#executor = new Executor({ ...options, report: (event) => this.#happened(event) });
  }

  /** The master has taken this node in. */
  connected({ protocol }: Welcome): void {
    this.#happened({ kind: "connected", protocol });
  }

  /** The connection is gone: its attempts are given up, the models stay. */
  disconnected(): void {
    this.#options.inlinePictures.end();
    this.#happened({ kind: "disconnected" });
  }

  /** Takes no new work from now on, or takes it again. */
  drain(draining: boolean): void {
    this.#happened({ kind: "drainChanged", draining });
  }

  /** Time has passed. */
  tick(): void {
    this.#pressure = this.#options.pressure();
    this.#happened({ kind: "ticked" });
  }

  /** Takes what the master said, in one turn with all that comes along with it: a {@linkcode turn} must follow. */
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

  /** The files of models that are on this node or on their way; those of one that failed are not needed. */
  *filesInHand(): Iterable<Digest> {
    for (const { phase, offer: { manifest, files } } of this.#state.models.values()) {
      if (phase === "failed") continue;
      yield manifest.digest;
      for (const { digest } of files) yield digest;
    }
  }

  /** Begins all that there is to do, and says all that there is to say. */
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
    if (summary !== this.#told) this.#options.onChange();
    this.#told = summary;
    this.#checkIdle();
  }

  /** How the node stands. */
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

  /** Resolves when no attempt is in hand that somebody waits for, or after `atMostMs`; whether there is none. */
  whenIdle(atMostMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = () => {
        cancel();
        this.#idleWaiters.delete(finish);
        resolve(this.#isIdle());
      };
      const cancel = this.#options.clock.after(atMostMs, finish);
      this.#idleWaiters.add(finish);
      this.#checkIdle();
    });
  }

  /** Breaks off transfers; nothing happens any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#options.inlinePictures.end();
    for (const finish of this.#idleWaiters) finish();
    await this.#executor.close();
  }

  #happened(event: NodeEvent): void {
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

  /** A model may find anything: an answer that no message can carry costs its attempt, not the node. */
  #send(message: Message): void {
    const { send, log } = this.#options;
    try {
      send(message);
    } catch (error) {
      if (message.type !== "task.result" || !(error instanceof DmlError)) throw error;
      const failed = failureInstead(message, error);
      log.error("An answer cannot be sent.", { taskId: failed.taskId, code: failed.code, reason: failed.reason });
      send(failed);
    }
  }

  #logGallery(event: Extract<NodeEvent, { kind: "galleryTaken" | "galleryFailed" }>): void {
    const { log } = this.#options;
    const { kind, offer: { gallery, version } } = event;
    if (kind === "galleryFailed") {
      return log.error("A gallery cannot be had here.", { gallery, version, ...event.failure });
    }
    log.info("A gallery is in force.", { gallery, version, fetchedBytes: event.fetchedBytes });
  }

  #checkIdle(): void {
    if (this.#idleWaiters.size === 0 || !this.#isIdle()) return;
    for (const finish of this.#idleWaiters) finish();
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

function failureInstead({ taskId, attempt }: TaskResult, { code: fault, message }: DmlError): TaskFailed {
  const code: ErrorCode = fault === "frame_too_large" ? "answer_too_large" : "attempt_failed";
  return { type: "task.failed", taskId, attempt, code, reason: clip(message, LIMITS.reasonCharactersMax) };
}
