import { invariant } from "../../protocol/kernel/invariant.ts";
import type { BlobReference, TaskAssign, TaskCancel, TaskResult } from "../../protocol/messages/task.ts";
import type { NodeEvent } from "./event.ts";
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
  if (state.recognizers.get(manifestDigest)?.retired) {
    return { code: "recognizer_unknown", reason: `${manifestDigest} was retired from this node.` };
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
  if (event.hasPictures) attempt.phase = "answered";
  else endWithResult(state, attempt, null);
}

/** Its pictures are with the master. */
export function applyUploaded(
  state: NodeState,
  { key, annotated, crops }: Extract<NodeEvent, { kind: "attemptUploaded" }>,
): void {
  const attempt = state.attempts.get(key);
  if (attempt?.phase !== "uploading") return;
  if (attempt.answer !== null && crops.length > 0) attempt.answer = withCrops(attempt.answer, crops);
  endWithResult(state, attempt, annotated);
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

function endWithResult(
  state: NodeState,
  { key, assign, answer, cancelled }: AttemptState,
  annotated: TaskResult["annotated"],
): void {
  invariant(answer !== null, `attempt ${key} ends with a result that it does not have`);
  end(state, key);
  if (cancelled) return;
  const { taskId, attempt } = assign;
  state.outbox.push({ type: "task.result", taskId, attempt, annotated, ...answer });
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
