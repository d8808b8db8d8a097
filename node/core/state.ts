import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Message } from "../../protocol/messages/message.ts";
import type { GalleryOffer } from "../../protocol/messages/gallery.ts";
import type { ModelOffer } from "../../protocol/messages/model.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { TaskAssign } from "../../protocol/messages/task.ts";

/**
 * Where a model stands: `offered` -> `fetching` -> `fetched` -> `loading` -> `ready`, `failed` from any of them,
 * and `unloading` on its way out.
 */
export type ModelPhase =
  | "offered"
  | "fetching"
  | "fetched"
  | "loading"
  | "ready"
  | "failed"
  | "unloading";

/** One model that the master wants here. */
export interface ModelState {
  readonly manifestDigest: Digest;
  offer: ModelOffer;
  phase: ModelPhase;
  /** The master does not want it any more; it goes when no attempt needs it. */
  retired: boolean;
  fetchedBytes: number;
  /** Known from `ready` on. */
  measured: { readonly imagesPerSecond: number; readonly warmUpMs: number } | null;
  /** Why it is `failed`. */
  failure: Failure | null;
}

/**
 * Where a gallery stands: `offered` -> `fetching` -> `ready`, or `failed`, and `dropping` on its way out. An older version
 * may be in force in any of them.
 */
export type GalleryPhase = "offered" | "fetching" | "ready" | "failed" | "dropping";

/** One gallery that the master wants here. */
export interface GalleryState {
  readonly name: string;
  /** The newest version; null for one of which only an earlier start of this node knew. */
  offer: GalleryOffer | null;
  phase: GalleryPhase;
  /** The master does not want it any more. */
  retired: boolean;
  /** What the workers have; null while they have none. */
  inForce: GalleryOffer | null;
  /** Whether the master of this connection was told of it. */
  isAnnounced: boolean;
  /** For what is in force. */
  fetchedBytes: number;
}

/**
 * Where an attempt stands: `assigned` -> `fetching` its image -> `waiting` for a worker -> `running` -> `answered`, when there
 * are pictures to send -> `uploading` them, after which it is forgotten. `abandoned` is one that still holds a worker but that
 * nobody waits for.
 */
export type AttemptPhase =
  | "assigned"
  | "fetching"
  | "waiting"
  | "running"
  | "abandoned"
  | "answered"
  | "uploading";

/** One try of one task on this node. */
export interface AttemptState {
  readonly key: AttemptKey;
  readonly assign: TaskAssign;
  phase: AttemptPhase;
  /** Nobody waits any more; the plan drops it. */
  cancelled: boolean;
  /** On the node's clock. */
  readonly deadlineAtMs: number;
  /** From `answered` on: what the worker found, to be sent with the names of its pictures. */
  answer: { readonly prediction: Prediction; readonly serviceMs: number } | null;
  /** The master has the answer already; its pictures are still on their way. */
  isTold: boolean;
}

/** Names one attempt of one connection; what an earlier connection left behind never meets what a later one brings. */
export type AttemptKey = `${number}:${string}:${number}`;

/** Why something could not be done: one of dml's codes and a sentence. */
export interface Failure {
  readonly code: string;
  readonly reason: string;
}

/** What bounds a node. */
export interface NodeLimits {
  /** Pictures that run at once. */
  readonly slots: number;
  /** Images fetched or being fetched for attempts that do not run yet. */
  readonly imagesMax: number;
  /** Attempts in hand; one more is refused with `queue_full`. */
  readonly attemptsMax: number;
  /** Models in hand; one more fails with `queue_full`. */
  readonly modelsMax: number;
  /** Galleries in hand; one more fails with `queue_full`. */
  readonly galleriesMax: number;
  /** One attempt on a worker. */
  readonly attemptDeadlineMs: number;
}

/** All that a node knows. Only `apply` changes it. */
export interface NodeState {
  readonly limits: NodeLimits;
  /** When the latest event happened, on the node's clock. */
  nowMs: number;
  /** Counts the connections to a master. */
  connection: number;
  /** The version of the protocol on the latest of them. */
  protocol: number;
  /** Takes no new work; what it has, it finishes. */
  draining: boolean;
  readonly models: Map<Digest, ModelState>;
  /** By name. */
  readonly galleries: Map<string, GalleryState>;
  /** In the order in which they came. */
  readonly attempts: Map<AttemptKey, AttemptState>;
  /** Keys of the latest attempts that ended, so that a repeated `task.assign` is not run again. */
  readonly ended: Set<AttemptKey>;
  /** What is to be said to the master, in order. */
  outbox: Message[];
}

/** A node that has heard nothing yet. */
export function initialState(limits: NodeLimits): NodeState {
  return {
    limits,
    nowMs: 0,
    connection: 0,
    protocol: 1,
    draining: false,
    models: new Map(),
    galleries: new Map(),
    attempts: new Map(),
    ended: new Set(),
    outbox: [],
  };
}

/** The name of attempt `attempt` of task `taskId` on the present connection. */
export function attemptKey(
  state: NodeState,
  { taskId, attempt }: { taskId: string; attempt: number },
): AttemptKey {
  return `${state.connection}:${taskId}:${attempt}`;
}

/** How many attempts are in one of `phases`. */
export function countAttempts(state: NodeState, ...phases: readonly AttemptPhase[]): number {
  let count = 0;
  for (const { phase } of state.attempts.values()) if (phases.includes(phase)) count++;
  return count;
}

/** Attempts that hold a worker. */
export function runningCount(state: NodeState): number {
  return countAttempts(state, "running", "abandoned");
}

/** Attempts that wait for a worker or for their image. */
export function queuedCount(state: NodeState): number {
  return countAttempts(state, "assigned", "fetching", "waiting");
}

/** Why nothing can run on this model, now or later; null when it is ready or on its way. */
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
