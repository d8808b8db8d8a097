import { invariant } from "../../protocol/kernel/invariant.ts";
import type { BlobReference, TaskAssign, TaskCancel } from "../../protocol/messages/task.ts";
import type { NodeEvent, PictureNames } from "./event.ts";
import {
  type AttemptKey,
  attemptKey,
  type AttemptPhase,
  type AttemptState,
  type Failure,
  type NodeState,
  whyUnrunnable,
} from "./state.ts";

/**
 * Maximum number of ended attempts that are remembered, so that a repeated `task.assign` is not run
 * again.
 */
const ENDED_REMEMBERED = 1_024;
const NO_PICTURES: PictureNames = { annotated: null, crops: [] };

/**
 * Accepts the assigned attempt, or fails it at once if it cannot be accepted. Idempotent: an
 * attempt that is or was on this node changes nothing.
 */
export function applyAssign(state: NodeState, assign: TaskAssign): void {
  const key = attemptKey(state, assign);
  if (state.attempts.has(key) || state.ended.has(key)) return;
  const attempt: AttemptState = {
    key,
    assign,
    phase: assign.image === null ? "waiting" : "assigned",
    cancelled: false,
    deadlineAtMs: state.nowMs + assign.deadlineMs,
    answer: null,
  };
  const refusal = refusalOf(state, assign);
  if (refusal === null) state.attempts.set(key, attempt);
  else endWithFailure(state, attempt, refusal);
}

function refusalOf(state: NodeState, { manifestDigest }: TaskAssign): Failure | null {
  if (state.draining) return { code: "shutting_down", reason: "This node accepts no new work." };
  if (state.attempts.size >= state.limits.attemptsMax) {
    return { code: "queue_full", reason: `This node already holds ${state.attempts.size} attempts.` };
  }
  if (state.models.get(manifestDigest)?.retired) {
    return { code: "model_unknown", reason: `${manifestDigest} was retired from this node.` };
  }
  return whyUnrunnable(state, manifestDigest);
}

/** Marks the attempt as cancelled; the plan then drops it. */
export function applyCancel(state: NodeState, cancel: TaskCancel): void {
  const attempt = state.attempts.get(attemptKey(state, cancel));
  if (attempt !== undefined) attempt.cancelled = true;
}

/**
 * Takes the worker's answer: the result is sent at once if it has no pictures, else after their
 * names are known.
 */
export function applyRan(
  state: NodeState,
  event: Extract<NodeEvent, { kind: "attemptRan" }>,
): void {
  const attempt = state.attempts.get(event.key);
  if (attempt?.phase === "abandoned") return end(state, attempt.key);
  if (attempt?.phase !== "running") return;
  attempt.answer = { prediction: event.prediction, serviceMs: event.serviceMs };
  if (event.hasPictures) {
    attempt.phase = "answered";
    return;
  }
  end(state, attempt.key);
  sendResult(state, attempt, NO_PICTURES);
}

/**
 * Sends the result while its pictures are still being uploaded; the master holds it until they have
 * arrived.
 */
export function applyNamed(
  state: NodeState,
  { key, ...names }: Extract<NodeEvent, { kind: "picturesNamed" }>,
): void {
  const attempt = state.attempts.get(key);
  if (attempt?.phase !== "uploading") return;
  sendResult(state, attempt, names);
}

/** Ends the attempt after its pictures were sent; its result was sent before them. */
export function applyUploaded(state: NodeState, key: AttemptKey): void {
  if (state.attempts.get(key)?.phase === "uploading") end(state, key);
}

/**
 * Adds to each person of the prediction the reference of their cropped face; `crops` has the same
 * order.
 */
function withCrops(answer: Answer, crops: readonly BlobReference[]): Answer {
  const { persons } = answer.prediction;
  invariant(crops.length === persons.length, `${crops.length} faces were cut out of ${persons.length} persons`);
  const prediction = { ...answer.prediction, persons: persons.map((person, at) => ({ ...person, crop: crops[at] })) };
  return { ...answer, prediction };
}

/** Adds the reference of the elements of its packed tensors to the prediction. */
function withTensors(answer: Answer, blob: BlobReference): Answer {
  const { packed } = answer.prediction;
  invariant(packed !== undefined, "the answer describes its packed tensors");
  return { ...answer, prediction: { ...answer.prediction, packed: { ...packed, blob } } };
}

type Answer = NonNullable<AttemptState["answer"]>;

/** Ends the attempt after its transfer or its worker failed. */
export function applyFailed(
  state: NodeState,
  { key, failure }: Extract<NodeEvent, { kind: "attemptFailed" }>,
): void {
  const attempt = state.attempts.get(key);
  if (attempt !== undefined) endWithFailure(state, attempt, failure);
}

/**
 * Drops a cancelled attempt. A running one cannot be stopped, so it becomes `abandoned` and
 * occupies its worker until the worker answers.
 */
export function applyDropped(state: NodeState, key: AttemptKey): void {
  const attempt = attemptOf(state, key);
  if (attempt.phase === "running") attempt.phase = "abandoned";
  else end(state, key);
}

/**
 * Moves the attempt from phase `from` to phase `to`. Does nothing if it is in another phase by now.
 */
export function advance(
  state: NodeState,
  key: AttemptKey,
  { from, to }: { from: AttemptPhase; to: AttemptPhase },
): void {
  const attempt = state.attempts.get(key);
  if (attempt?.phase === from) attempt.phase = to;
}

/** Queues the result for the master, unless the attempt was cancelled. */
function sendResult(
  state: NodeState,
  { key, assign, answer, cancelled }: AttemptState,
  { annotated, crops, tensors }: PictureNames,
): void {
  invariant(answer !== null, `attempt ${key} has no result to send`);
  if (cancelled) return;
  const { taskId, attempt } = assign;
  const cropped = crops.length > 0 ? withCrops(answer, crops) : answer;
  const found = tensors === undefined ? cropped : withTensors(cropped, tensors);
  state.outbox.push({ type: "task.result", taskId, attempt, annotated, ...found });
}

/** Ends the attempt and queues its failure for the master, unless the attempt was cancelled. */
export function endWithFailure(
  state: NodeState,
  { key, assign, cancelled }: AttemptState,
  failure: Failure,
): void {
  end(state, key);
  if (cancelled) return;
  const { taskId, attempt } = assign;
  state.outbox.push({ type: "task.failed", taskId, attempt, ...failure });
}

function end(state: NodeState, key: AttemptKey): void {
  state.attempts.delete(key);
  state.ended.add(key);
  if (state.ended.size <= ENDED_REMEMBERED) return;
  const [oldest] = state.ended;
  state.ended.delete(oldest);
}

/** Returns the attempt that an action of the plan names. It must exist. */
export function attemptOf(state: NodeState, key: AttemptKey): AttemptState {
  const attempt = state.attempts.get(key);
  invariant(attempt !== undefined, `the plan named attempt ${key}, which is gone`);
  return attempt;
}
