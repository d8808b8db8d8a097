import type { PredictAnswer } from "../protocol/http/api.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import { newId } from "../protocol/kernel/id.ts";
import type { Random } from "../protocol/kernel/random.ts";
import type { BlobReference, TaskOptions } from "../protocol/messages/task.ts";
import type { RegisteredRecognizer } from "../models/registry.ts";
import type { Command } from "./core/command.ts";
import type { MasterState, RefusedOutcome, TaskOutcome } from "./core/state.ts";
import type { RecognizerStore } from "./recognizer_store.ts";
import { refusalOf } from "./scheduler/admission.ts";
import type { TransientBlobs } from "./transient_blobs.ts";

/** A refusal that says when to come back. */
export class BusyError extends DmlError {
  override name = "BusyError";
  constructor(message: string, readonly retryAfterMs: number) {
    super("queue_full", message);
  }
}

/** A question that was checked: the recognizer is served and there is room in the queue. */
export interface CheckedRequest {
  readonly recognizer: RegisteredRecognizer;
  readonly options: TaskOptions;
  /** Whether there must be a picture. */
  readonly needsPicture: boolean;
}

/** What {@linkcode Predictions} works with. */
export interface PredictionsOptions {
  /** Read only. */
  readonly state: MasterState;
  readonly post: (command: Command) => void;
  readonly recognizers: RecognizerStore;
  /** Serves a recognizer from now on that was not yet, before this returns. */
  readonly register: (recognizer: RegisteredRecognizer) => void;
  readonly transient: TransientBlobs;
  readonly clock: Clock;
  readonly random: Random;
}

/** The way of one picture through the master, the same for HTTP and for callers in this process. */
export class Predictions {
  readonly #options: PredictionsOptions;
  /** By task id: whom to tell. */
  readonly #waiting = new Map<string, (outcome: TaskOutcome) => void>();

  constructor(options: PredictionsOptions) {
    this.#options = options;
  }

  /**
   * Checks all that can be checked before the picture is read.
   * Throws `recognizer_unknown`, `queue_full` (a {@linkcode BusyError}) or `shutting_down`.
   */
  check(request: { recognizer: string } & TaskOptions): CheckedRequest {
    const { state, recognizers, register } = this.#options;
    const recognizer = recognizers.resolve(request.recognizer);
    if (!state.stopping && !state.recognizers.has(recognizer.digest)) register(recognizer);
    const refusal = refusalOf(state, recognizer.digest);
    if (refusal !== null) throw errorOf(refusal);
    const needsPicture = recognizer.manifest.pipeline !== "empty";
    // Where there is no picture, there is nothing to draw into.
    const annotate = request.annotate && needsPicture;
    return { recognizer, needsPicture, options: { annotate, embeddings: request.embeddings } };
  }

  /** Promises room for a picture of `size` bytes; see {@linkcode TransientBlobs.promise}. */
  promise(size: number): Promise<() => void> {
    return this.#options.transient.promise(size);
  }

  /** Runs one picture; throws what became of it when it is no prediction, once `signal` aborts `cancelled`. */
  async run(
    image: Uint8Array<ArrayBuffer>,
    { recognizer, needsPicture, options }: CheckedRequest,
    signal?: AbortSignal,
  ): Promise<PredictAnswer> {
    const { transient, clock } = this.#options;
    if (needsPicture && image.length === 0) {
      throw new DmlError("image_empty", "The picture has no bytes.");
    }
    const held = needsPicture ? await this.#hold(image) : null;
    try {
      const outcome = await this.#ask({ recognizer, image: held, options, signal });
      if (!outcome.ok) throw this.#errorOf(outcome, recognizer);
      const { prediction, annotated } = outcome;
      if (annotated !== null) transient.keep(annotated.digest, clock.nowMs());
      return { prediction, annotated };
    } finally {
      if (held !== null) await transient.release(held.digest);
    }
  }

  /** Gives a task's answer to whom it belongs. */
  answer(taskId: string, outcome: TaskOutcome): void {
    const resolve = this.#waiting.get(taskId);
    if (resolve === undefined) return;
    this.#waiting.delete(taskId);
    resolve(outcome);
  }

  /** Answers everybody who still waits, as nothing else will. */
  answerAll(outcome: TaskOutcome): void {
    for (const taskId of [...this.#waiting.keys()]) this.answer(taskId, outcome);
  }

  async #hold(image: Uint8Array<ArrayBuffer>): Promise<BlobReference> {
    const digest = await this.#options.transient.hold(image);
    return { digest, size: image.length };
  }

  async #ask({ recognizer, image, options, signal }: {
    recognizer: RegisteredRecognizer;
    image: BlobReference | null;
    options: TaskOptions;
    signal?: AbortSignal;
  }): Promise<TaskOutcome> {
    const { post, random } = this.#options;
    if (signal?.aborted) throw new DmlError("cancelled", "The caller went away.");
    const taskId = newId("task", random);
    const { promise, resolve } = Promise.withResolvers<TaskOutcome>();
    this.#waiting.set(taskId, resolve);
    const manifestDigest = recognizer.digest;
    post({ type: "submit_task", taskId, manifestDigest, image, options });
    if (signal === undefined) return await promise;
    const cancel = () => post({ type: "cancel_task", taskId });
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  /** That no node can serve it may be the master's own doing. */
  #errorOf(outcome: RefusedOutcome, recognizer: RegisteredRecognizer): DmlError {
    const fault = this.#options.recognizers.faultOf(recognizer.digest);
    return outcome.code === "no_capable_node" && fault !== null ? fault : errorOf(outcome);
  }
}

function errorOf({ code, reason, retryAfterMs }: RefusedOutcome): DmlError {
  if (code === "queue_full") return new BusyError(reason, retryAfterMs ?? 1_000);
  return new DmlError(code, reason);
}
