import { invariant } from "../../protocol/kernel/invariant.ts";
import type { BlobReference, TaskAssign, TaskCancel } from "../../protocol/messages/task.ts";
import { RESULT_FIRST_VERSION } from "../../protocol/messages/version_range.ts";
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

/** How many ended attempts are remembered, so that a repeated `task.assign` is not run again. */
const ENDED_REMEMBERED = 1_024;
const NO_PICTURES: PictureNames = { annotated: null, crops: [] };

/** Takes the attempt in hand, or refuses it at the door; one that is or was here already changes nothing. */
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
    isTold: false,
  };
  const refusal = whyNotTaken(state, assign);
  if (refusal === null) state.attempts.set(key, attempt);
  else endWithFailure(state, attempt, refusal);
}

function whyNotTaken(state: NodeState, { manifestDigest }: TaskAssign): Failure | null {
  if (state.draining) return { code: "shutting_down", reason: "This node takes no new work." };
  if (state.attempts.size >= state.limits.attemptsMax) {
    return { code: "queue_full", reason: `This node has ${state.attempts.size} attempts in hand.` };
  }
  if (state.models.get(manifestDigest)?.retired) {
    return { code: "model_unknown", reason: `${manifestDigest} was retired from this node.` };
  }
  return whyUnrunnable(state, manifestDigest);
}

/** Marks the attempt as one that nobody waits for; the plan drops it. */
export function applyCancel(state: NodeState, cancel: TaskCancel): void {
  const attempt = state.attempts.get(attemptKey(state, cancel));
  if (attempt !== undefined) attempt.cancelled = true;
}

/** A worker has answered. */
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
  tellResult(state, attempt, NO_PICTURES);
}

/** A master that waits for the pictures itself is told the answer meanwhile. */
export function applyNamed(
  state: NodeState,
  { key, ...names }: Extract<NodeEvent, { kind: "picturesNamed" }>,
): void {
  const attempt = state.attempts.get(key);
  if (attempt?.phase !== "uploading" || state.protocol < RESULT_FIRST_VERSION) return;
  attempt.isTold = true;
  tellResult(state, attempt, names);
}

/** The attempt is over when its pictures are with the master; one that was cancelled meanwhile just ends. */
export function applyUploaded(
  state: NodeState,
  { key, ...names }: Extract<NodeEvent, { kind: "attemptUploaded" }>,
): void {
  const attempt = state.attempts.get(key);
  if (attempt?.phase !== "uploading") return;
  end(state, key);
  if (!attempt.isTold) tellResult(state, attempt, names);
}

/** Names the face of each person, in their order. */
function withCrops(answer: Answer, crops: readonly BlobReference[]): Answer {
  const { persons } = answer.prediction;
  invariant(crops.length === persons.length, `${crops.length} faces were cut out of ${persons.length} persons`);
  const prediction = { ...answer.prediction, persons: persons.map((person, at) => ({ ...person, crop: crops[at] })) };
  return { ...answer, prediction };
}

type Answer = NonNullable<AttemptState["answer"]>;

/** A transfer or a worker has given up. */
export function applyFailed(
  state: NodeState,
  { key, failure }: Extract<NodeEvent, { kind: "attemptFailed" }>,
): void {
  const attempt = state.attempts.get(key);
  if (attempt !== undefined) endWithFailure(state, attempt, failure);
}

/** Drops a cancelled attempt; one that holds a worker holds it until the worker is done. */
export function applyDropped(state: NodeState, key: AttemptKey): void {
  const attempt = attemptOf(state, key);
  if (attempt.phase === "running") attempt.phase = "abandoned";
  else end(state, key);
}

/** Moves the attempt on; one that is elsewhere by now stays there. */
export function advance(
  state: NodeState,
  key: AttemptKey,
  { from, to }: { from: AttemptPhase; to: AttemptPhase },
): void {
  const attempt = state.attempts.get(key);
  if (attempt?.phase === from) attempt.phase = to;
}

/** The master hears the answer unless nobody waits for it any more. */
function tellResult(
  state: NodeState,
  { key, assign, answer, cancelled }: AttemptState,
  { annotated, crops }: PictureNames,
): void {
  invariant(answer !== null, `attempt ${key} tells a result that it does not have`);
  if (cancelled) return;
  const { taskId, attempt } = assign;
  const found = crops.length > 0 ? withCrops(answer, crops) : answer;
  state.outbox.push({ type: "task.result", taskId, attempt, annotated, ...found });
}

/** Ends the attempt with a failure, which the master hears unless nobody waits any more. */
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

/** The attempt that the plan named. */
export function attemptOf(state: NodeState, key: AttemptKey): AttemptState {
  const attempt = state.attempts.get(key);
  invariant(attempt !== undefined, `the plan named attempt ${key}, which is gone`);
  return attempt;
}
