import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Message } from "../../protocol/messages/message.ts";
import type { GalleryOffer } from "../../protocol/messages/gallery.ts";
import type { ModelOffer } from "../../protocol/messages/model.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { TaskAssign } from "../../protocol/messages/task.ts";

/**
 * State of a model on this node: `offered` -> `fetching` -> `fetched` -> `loading` -> `ready`. It
 * becomes `failed` if fetching or loading fails, and `unloading` while it is being removed.
 */
export type ModelPhase =
  | "offered"
  | "fetching"
  | "fetched"
  | "loading"
  | "ready"
  | "failed"
  | "unloading";

/** One model that the master wants on this node. */
export interface ModelState {
  readonly manifestDigest: Digest;
  offer: ModelOffer;
  phase: ModelPhase;
  /** True once the master no longer wants it; it is unloaded once no attempt needs it. */
  retired: boolean;
  /** True if it must be unloaded and loaded anew as soon as no attempt needs it. */
  isStale: boolean;
  fetchedBytes: number;
  /** Measured values, in bytes and ms; `null` until the model was `ready` for the first time. */
  measured: { readonly imagesPerSecond: number; readonly warmUpMs: number; readonly memoryBytes?: number } | null;
  /** The reason why the phase is `failed`. */
  failure: Failure | null;
}

/**
 * State of a gallery on this node: `offered` -> `fetching` -> `ready` or `failed`, and `dropping`
 * while it is being removed. In any of them an older version may be active.
 */
export type GalleryPhase = "offered" | "fetching" | "ready" | "failed" | "dropping";

/** One gallery that the master wants on this node. */
export interface GalleryState {
  readonly name: string;
  /**
   * The newest version offered; `null` if the gallery was retired before this process was offered
   * any version.
   */
  offer: GalleryOffer | null;
  phase: GalleryPhase;
  /** True once the master no longer wants it. */
  retired: boolean;
  /** The active version, which the workers use; `null` if they use none yet. */
  inForce: GalleryOffer | null;
  /** True once the active version was announced to the master on the present connection. */
  isAnnounced: boolean;
  /** Bytes fetched for the active version. */
  fetchedBytes: number;
}

/**
 * State of an attempt: `assigned` -> `fetching` its picture -> `waiting` for a worker -> `running`,
 * and if the answer has pictures -> `answered` -> `uploading` them. Then it ends. `abandoned` is a
 * cancelled attempt that still occupies a worker.
 */
export type AttemptPhase =
  | "assigned"
  | "fetching"
  | "waiting"
  | "running"
  | "abandoned"
  | "answered"
  | "uploading";

/** One attempt of a task on this node. */
export interface AttemptState {
  readonly key: AttemptKey;
  readonly assign: TaskAssign;
  phase: AttemptPhase;
  /** True once the master or the lost connection cancelled it; the plan then drops it. */
  cancelled: boolean;
  /** Deadline, in milliseconds on the monotonic clock of the node. */
  readonly deadlineAtMs: number;
  /**
   * The answer of the worker, kept from `answered` on until the references of its pictures are
   * known.
   */
  answer: { readonly prediction: Prediction; readonly serviceMs: number } | null;
}

/**
 * Key of an attempt: connection number, task id and attempt number. The connection number keeps
 * leftovers of an earlier connection apart from attempts of a later one.
 */
export type AttemptKey = `${number}:${string}:${number}`;

/** The reason why something failed: an error code of dml and a sentence. */
export interface Failure {
  readonly code: string;
  readonly reason: string;
}

/** Limits of a node. */
export interface NodeLimits {
  /** Number of pictures that run at once. */
  readonly slots: number;
  /** Pictures fetched or being fetched for attempts that do not run yet. */
  readonly imagesMax: number;
  /** Attempts on this node; a further one is refused with `queue_full`. */
  readonly attemptsMax: number;
  /** Models on this node; a further one fails with `queue_full`. */
  readonly modelsMax: number;
  /** Galleries on this node; a further one fails with `queue_full`. */
  readonly galleriesMax: number;
  /** Longest time that one attempt may take on a worker. */
  readonly attemptDeadlineMs: number;
}

/** The complete state of a node. Only `apply` changes it. */
export interface NodeState {
  readonly limits: NodeLimits;
  /** Time of the latest event, in milliseconds on the monotonic clock of the node. */
  nowMs: number;
  /** Number of connections to a master so far. */
  connection: number;
  /** True while the node accepts no new work and finishes the work it has. */
  draining: boolean;
  readonly models: Map<Digest, ModelState>;
  /** Keyed by name. */
  readonly galleries: Map<string, GalleryState>;
  /** In order of arrival. */
  readonly attempts: Map<AttemptKey, AttemptState>;
  /**
   * Keys of the most recently ended attempts, so that a repeated `task.assign` is not run again.
   */
  readonly ended: Set<AttemptKey>;
  /** Messages to the master that are not sent yet, in order. */
  outbox: Message[];
}

/** Returns the state of a node that has not connected yet. */
export function initialState(limits: NodeLimits): NodeState {
  return {
    limits,
    nowMs: 0,
    connection: 0,
    draining: false,
    models: new Map(),
    galleries: new Map(),
    attempts: new Map(),
    ended: new Set(),
    outbox: [],
  };
}

/** Returns the key of this attempt on the present connection. */
export function attemptKey(
  state: NodeState,
  { taskId, attempt }: { taskId: string; attempt: number },
): AttemptKey {
  return `${state.connection}:${taskId}:${attempt}`;
}

/** Counts the attempts that are in one of `phases`. */
export function countAttempts(state: NodeState, ...phases: readonly AttemptPhase[]): number {
  let count = 0;
  for (const { phase } of state.attempts.values()) if (phases.includes(phase)) count++;
  return count;
}

/** Counts the attempts that occupy a worker. */
export function runningCount(state: NodeState): number {
  return countAttempts(state, "running", "abandoned");
}

/** Counts the attempts that wait for their picture or for a worker. */
export function queuedCount(state: NodeState): number {
  return countAttempts(state, "assigned", "fetching", "waiting");
}

/**
 * Returns the reason why no attempt can ever run on this model; `null` if it is ready or may become
 * ready.
 */
export function whyUnrunnable(state: NodeState, manifestDigest: Digest): Failure | null {
  const model = state.models.get(manifestDigest);
  if (model === undefined) {
    return { code: "model_unknown", reason: `This node was never offered ${manifestDigest}.` };
  }
  if (model.phase === "failed") return model.failure;
  if (model.retired && model.phase !== "ready") {
    return {
      code: "model_unknown",
      reason: `${model.offer.model} was retired before it was ready.`,
    };
  }
  return null;
}
