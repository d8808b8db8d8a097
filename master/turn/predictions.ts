import type { Manifest } from "../../models/manifest.ts";
import type { PredictAnswer, RequestTimings } from "../../protocol/http_api/api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import type { BlobReference, TaskOptions } from "../../protocol/messages/task.ts";
import { parseModelName } from "../../models/name.ts";
import { rounded } from "../../models/pipelines/rounded.ts";
import type { RegisteredModel } from "../../models/registry.ts";
import { resolveGallery } from "../core/decide/decide_galleries.ts";
import { lookRefusalOf } from "../core/decide/face_look.ts";
import type { Command } from "../core/messages/command.ts";
import type { MasterState, RefusedOutcome, TaskOutcome, TaskTimes } from "../core/state/state.ts";
import type { ModelStore } from "../models/model_store.ts";
import { resolveModel } from "../models/resolve_model.ts";
import { refusalOf } from "../core/scheduler/admission.ts";
import type { TransientBlobs } from "../blobs/transient_blobs.ts";

/** Refusal of a request that says after which time to retry. */
export class BusyError extends DmlError {
  override name = "BusyError";
  constructor(message: string, readonly retryAfterMs: number) {
    super("queue_full", message);
  }
}

/** A checked request: its model is served and the queue has room. */
export interface CheckedRequest {
  readonly model: RegisteredModel;
  readonly options: TaskOptions;
  /** The bare name if the request named no version. */
  readonly follows?: string;
  /** Time after which the task is given up; absent for the usual one. */
  readonly deadlineMs?: number;
  /** True if the model takes a picture. */
  readonly needsPicture: boolean;
  /** Owner by whose share of the nodes it is served; absent for the master itself. */
  readonly owner?: string;
}

/** Ports of {@linkcode Predictions}. */
export interface PredictionsOptions {
  /** Read only; `post` changes it. */
  readonly state: MasterState;
  readonly post: (command: Command) => void;
  readonly models: ModelStore;
  /** Registers a model that is not served yet; it is served when this returns. */
  readonly register: (model: RegisteredModel) => void;
  readonly transient: TransientBlobs;
  readonly clock: Clock;
  readonly random: Random;
}

/** Takes pictures through the master, for HTTP and for callers in this process alike. */
export class Predictions {
  readonly #options: PredictionsOptions;
  /** Callers that wait for an answer, by task id. */
  readonly #waiting = new Map<string, (outcome: TaskOutcome) => void>();
  /** Pictures of tasks without a waiting caller, by task id. */
  readonly #held = new Map<string, Digest>();

  constructor(options: PredictionsOptions) {
    this.#options = options;
  }

  /**
   * Checks all that can be checked before the picture is read. Throws `model_unknown`,
   * `gallery_unknown`, `gallery_unfit`, `request_invalid` (the model cannot look for faces as is
   * asked), `queue_full` (a {@linkcode BusyError}) or `shutting_down`.
   */
  check(request: { model: string; deadlineMs?: number } & TaskOptions): CheckedRequest {
    const { state, models } = this.#options;
    this.#registerOptional(request.model);
    const { model, follows } = resolveModel(state, models, request.model);
    const refusal = refusalOf(state, model.digest);
    if (refusal !== null) throw errorOf(refusal);
    const asked = resolveGallery(state, request.gallery, { name: model.name, document: model.manifest });
    if ("ok" in asked) throw errorOf(asked);
    const needsPicture = model.manifest.pipeline !== "empty";
    // Without a picture there is nothing to annotate.
    const annotate = request.annotate && needsPicture;
    const { embeddings, crops, keepDoubtful, maxSide, anyAngle, smallFaces } = request;
    const unfit = lookRefusalOf({ name: model.name, document: model.manifest }, request);
    if (unfit !== null) throw new DmlError("request_invalid", unfit.reason, { advice: unfit.advice });
    const doubted = keepDoubtful && isDoubting(model.manifest) ? { keepDoubtful } : {};
    const limited = annotate && maxSide !== undefined ? { maxSide } : {};
    const turned = anyAngle ? { anyAngle } : {};
    const searched = smallFaces ? { smallFaces } : {};
    const packed = request.packTensors && model.manifest.pipeline === "tensor" ? { packTensors: true as const } : {};
    const kept = request.keep === undefined ? {} : { keep: request.keep };
    const drawn = annotate && request.draw !== undefined ? { draw: request.draw } : {};
    const options = {
      annotate,
      embeddings,
      crops,
      ...doubted,
      ...limited,
      ...turned,
      ...searched,
      ...packed,
      ...kept,
      ...drawn,
      ...asked,
    };
    return { model, follows, needsPicture, options, deadlineMs: request.deadlineMs };
  }

  /** Registers an optional model of the catalog when it is first requested. */
  #registerOptional(text: string): void {
    const { state, models, register } = this.#options;
    if (state.stopping || state.lineages.has(parseModelName(text).name)) return;
    const model = models.resolve(text);
    if (models.isOptional(model.digest)) register(model);
  }

  /** Reserves room for a picture of `size` bytes; see {@linkcode TransientBlobs.reserve}. */
  reserve(size: number): Promise<() => void> {
    return this.#options.transient.reserve(size);
  }

  /**
   * Checks and runs one picture of a caller in this process, on a copy of its bytes. Throws what
   * {@linkcode check} and {@linkcode run} throw.
   */
  async predict(
    image: Uint8Array<ArrayBuffer>,
    request: TaskOptions & { model: string; signal?: AbortSignal },
  ): Promise<PredictAnswer> {
    const checked = this.check(request);
    return await this.run(image.slice(), checked, request.signal);
  }

  /**
   * Runs one picture, whose bytes the caller must not change any more. Throws the error that ended
   * the task, `cancelled` once `signal` aborts.
   */
  async run(
    image: Uint8Array<ArrayBuffer>,
    { needsPicture, ...checked }: CheckedRequest,
    signal?: AbortSignal,
  ): Promise<PredictAnswer> {
    const { transient, clock } = this.#options;
    if (needsPicture && image.length === 0) {
      throw new DmlError("image_empty", "The picture has no bytes.");
    }
    const startMs = clock.nowMs();
    const held = needsPicture ? await this.#hold(image) : null;
    try {
      const outcome = await this.#ask({ ...checked, image: held, signal });
      if (!outcome.ok) throw this.#errorOf(outcome, checked.model);
      const { prediction, annotated, times } = outcome;
      const crops = prediction.persons.flatMap(({ crop }) => crop ?? []);
      for (const { digest } of [annotated ?? [], crops, prediction.packed?.blob ?? []].flat()) {
        transient.keep(digest, clock.nowMs());
      }
      const timings = timingsOf(times, clock.nowMs() - startMs);
      return { prediction, annotated, timings, attempts: times.attempts };
    } finally {
      if (held !== null) await transient.release(held.digest);
    }
  }

  /** Keeps a held picture for another task, until that is answered. */
  hold(taskId: string, digest: Digest): void {
    if (this.#options.transient.holdAgain(digest)) this.#held.set(taskId, digest);
  }

  /** Passes the answer of a task to its caller. */
  answer(taskId: string, outcome: TaskOutcome): void {
    const held = this.#held.get(taskId);
    if (held !== undefined) {
      this.#held.delete(taskId);
      void this.#options.transient.release(held);
    }
    const resolve = this.#waiting.get(taskId);
    if (resolve === undefined) return;
    this.#waiting.delete(taskId);
    resolve(outcome);
  }

  /** Gives all waiting callers the same answer. */
  answerAll(outcome: TaskOutcome): void {
    for (const taskId of [...this.#waiting.keys()]) this.answer(taskId, outcome);
  }

  async #hold(image: Uint8Array<ArrayBuffer>): Promise<BlobReference> {
    const digest = await this.#options.transient.hold(image);
    return { digest, size: image.length };
  }

  async #ask({ model, follows, owner, image, options, deadlineMs, signal }: Omit<CheckedRequest, "needsPicture"> & {
    image: BlobReference | null;
    signal?: AbortSignal;
  }): Promise<TaskOutcome> {
    const { post, random } = this.#options;
    if (signal?.aborted) throw new DmlError("cancelled", "The caller went away.");
    const taskId = newId("task", random);
    const { promise, resolve } = Promise.withResolvers<TaskOutcome>();
    this.#waiting.set(taskId, resolve);
    const manifestDigest = model.digest;
    post({ type: "submit_task", taskId, manifestDigest, follows, owner, image, options, deadlineMs });
    if (signal === undefined) return await promise;
    const cancel = () => post({ type: "cancel_task", taskId });
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  /**
   * Returns the error of a refusal. If no node can serve the model because its files are
   * damaged here, that is the error.
   */
  #errorOf(outcome: RefusedOutcome, model: RegisteredModel): DmlError {
    const fault = this.#options.models.faultOf(model.digest);
    return outcome.code === "no_capable_node" && fault !== null ? fault : errorOf(outcome);
  }
}

function errorOf({ code, reason, retryAfterMs }: RefusedOutcome): DmlError {
  if (code === "queue_full") return new BusyError(reason, retryAfterMs ?? 1_000);
  return new DmlError(code, reason);
}

function timingsOf({ queuedMs, awayMs, serviceMs }: TaskTimes, totalMs: number): RequestTimings {
  return {
    queuedMs: rounded(queuedMs, 2),
    transferMs: rounded(awayMs - serviceMs, 2),
    nodeMs: rounded(serviceMs, 2),
    returnMs: rounded(Math.max(0, totalMs - queuedMs - awayMs), 2),
  };
}

/** Returns true if the model doubts faces; to others, nothing is said about doubtful ones. */
function isDoubting({ pipeline, parameters }: Manifest): boolean {
  return pipeline === "faces" && parameters.doubt !== undefined;
}
