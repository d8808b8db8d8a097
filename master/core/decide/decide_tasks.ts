import { type ErrorCode, isErrorCode } from "../../../protocol/kernel/errors.ts";
import { invariant } from "../../../protocol/kernel/invariant.ts";
import type { Prediction } from "../../../protocol/messages/prediction.ts";
import { refusalOf } from "../scheduler/admission.ts";
import { isOnTrial, movedBack, observe, versionFor } from "./canary.ts";
import { lookRefusalOf } from "./face_look.ts";
import type { AcceptResult, AcceptTaskFailure, SubmitTask } from "../messages/command.ts";
import { resolveGallery } from "./decide_galleries.ts";
import { answered, answerWith, cancelled, endOf } from "./end_task.ts";
import type { MasterEvent } from "../messages/event.ts";
import { isRevealingName, isRevealingPerson, redactNotes, redactReason } from "./redact_reason.ts";
import type { Attempt, MasterState, Moment, NodeConnection, TaskState, TaskTimes } from "../state/state.ts";
import { validateResult } from "./validate_result.ts";

/** Failures that come from the picture or the model and would be the same on every node. */
const FINAL_FAILURES: readonly ErrorCode[] = [
  "image_empty",
  "image_unsupported",
  "image_unreadable",
  "tensor_invalid",
  "answer_too_large",
  "image_too_large",
  "engine_failed",
];

/**
 * Failures that mean something to a user if the last attempt ends with them; the others are
 * reported as `attempt_failed`.
 */
const TELLING_FAILURES: readonly ErrorCode[] = ["worker_died", "deadline_exceeded", "memory_low"];

/**
 * Multiple of `attemptsMax` up to which returned tasks are requeued at no cost. A node that leaves
 * returns its tasks; the bound stops a node that claims to leave forever.
 */
const RETURNS_FREE = 4;

const MISMATCHED_ANSWER = "The answer did not match the request.";

/** Accepts the task, or answers it at once with a refusal. */
export function submitTask(
  state: MasterState,
  command: SubmitTask,
  now: Moment,
): MasterEvent[] {
  const { taskId, owner, image, options } = command;
  const { manifestDigest, part } = versionFor(state, command);
  const refusal = refusalOf(state, manifestDigest);
  if (refusal !== null) return [{ type: "task_answered", taskId, outcome: refusal }];
  const model = state.models.get(manifestDigest);
  invariant(model !== undefined, `model ${manifestDigest} is admitted`);
  const unfit = lookRefusalOf(model, options);
  if (unfit !== null) {
    const outcome = { ok: false, code: "request_invalid", reason: unfit.reason } as const;
    return [{ type: "task_answered", taskId, outcome }];
  }
  const asked = resolveGallery(state, options.gallery, model);
  if ("ok" in asked) return [{ type: "task_answered", taskId, outcome: asked }];
  const acceptedAtMs = now.nowMs;
  const deadlineAtMs = acceptedAtMs + Math.min(state.settings.taskDeadlineMs, command.deadlineMs ?? Infinity);
  const all = { ...options, ...asked };
  const spec = { taskId, manifestDigest, owner, image, options: all, acceptedAtMs, deadlineAtMs };
  return [{ type: "task_accepted", spec, part }];
}

/** Cancels the task of a caller that has disconnected. */
export function cancelTask(state: MasterState, taskId: string): MasterEvent[] {
  const task = state.tasks.get(taskId);
  return task === undefined ? [] : answerWith(task, "cancelled", "The caller went away.");
}

function timesOf(
  { task, startedAtMs }: Attempt,
  { serviceMs, nowMs }: { serviceMs: number; nowMs: number },
): TaskTimes {
  const awayMs = nowMs - startedAtMs;
  const queuedMs = startedAtMs - task.spec.acceptedAtMs;
  return { queuedMs, awayMs, serviceMs: Math.min(serviceMs, awayMs), attempts: task.attemptsStarted };
}

/** Answers the task with its first valid result. Results of attempts that are over are ignored. */
export function acceptResult(
  state: MasterState,
  { nodeId, message }: AcceptResult,
  now: Moment,
): MasterEvent[] {
  const attempt = liveAttempt(state, { nodeId, message });
  if (attempt === null) return [];
  const { task } = attempt;
  const fault = validateResult(task, message, state.galleries) ?? revealingNameFault(state, { nodeId, message });
  if (fault !== null) {
    const failure = { code: "attempt_failed", reason: fault, userReason: MISMATCHED_ANSWER } as const;
    return endFailed(state, attempt, failure);
  }
  const { annotated, serviceMs } = message;
  const prediction = withRedactedNotes(state, message.prediction);
  return [
    endOf(attempt, { how: "won", serviceMs }),
    ...cancelled(task, attempt),
    ...observe(state, task, message, now),
    {
      type: "task_answered",
      taskId: task.spec.taskId,
      outcome: { ok: true, prediction, annotated, times: timesOf(attempt, { serviceMs, nowMs: now.nowMs }) },
    },
  ];
}

/**
 * Returns the reason why a name in the result tells which node it comes from; `null` if none does.
 */
function revealingNameFault(state: MasterState, { nodeId, message }: Pick<AcceptResult, "nodeId" | "message">) {
  const { tensors = [], packed, persons } = message.prediction;
  if ([...tensors, ...packed?.tensors ?? []].some(({ name }) => isRevealingName(state, { name, nodeId }))) {
    return "It named itself in the name of a tensor.";
  }
  const named = persons.flatMap(({ name, candidates = [] }) => [name ?? "", ...candidates.map((one) => one.name)]);
  const isRevealed = named.some((name) => isRevealingPerson(state, { name, nodeId }));
  return isRevealed ? "It named itself in the name of a person." : null;
}

function withRedactedNotes(state: MasterState, prediction: Prediction): Prediction {
  const { notes } = prediction;
  return notes === undefined ? prediction : { ...prediction, notes: redactNotes(state, notes) };
}

/** Ends an attempt that failed on its node, and requeues, moves or answers the task. */
export function acceptTaskFailure(
  state: MasterState,
  { nodeId, message }: AcceptTaskFailure,
): MasterEvent[] {
  const attempt = liveAttempt(state, { nodeId, message });
  if (attempt === null) return [];
  const { task } = attempt;
  if (message.code === "shutting_down" && task.attemptsStarted < RETURNS_FREE * state.settings.attemptsMax) {
    const events: MasterEvent[] = [endOf(attempt, { how: "returned" })];
    if (task.attempts.length === 1) events.push(requeued(task));
    return [...events, { type: "node_withdrew", nodeId }];
  }
  const code = isErrorCode(message.code) ? message.code : "attempt_failed";
  const { reason } = message;
  return endFailed(state, attempt, { code, reason, userReason: redactReason(state, code, reason) });
}

function endFailed(
  state: MasterState,
  attempt: Attempt,
  failure: {
    code: ErrorCode;
    /** Text for the log. */
    reason: string;
    /** Text for the user. */
    userReason: string;
  },
): MasterEvent[] {
  const { code, reason, userReason } = failure;
  const { task, nodeId } = attempt;
  const { settings } = state;
  const ended = endOf(attempt, { how: "failed", code, reason });
  const answer = (answerCode: ErrorCode, sentence: string): MasterEvent[] => [
    ended,
    ...cancelled(task, attempt),
    answered(task, answerCode, sentence),
  ];
  if (isOnTrial(task)) return [ended, ...cancelled(task, attempt), movedBack(task, { code, reason })];
  if (FINAL_FAILURES.includes(code)) return answer(code, userReason);
  if (code === "worker_died") {
    const killedOn = new Set([...task.killedOn, nodeId]).size;
    if (killedOn >= settings.poisonNodes) {
      return [ended, ...cancelled(task, attempt), poisoned(task, killedOn)];
    }
  }
  if (task.attempts.length > 1) return [ended];
  const failures = task.failures + 1;
  if (failures < settings.attemptsMax) return [ended, requeued(task)];
  return answer(
    TELLING_FAILURES.includes(code) ? code : "attempt_failed",
    `The picture was tried ${failures} times and failed every time. The last time: ${userReason}`,
  );
}

/**
 * Ends the attempts of a lost node and requeues, moves or answers their tasks. Newest first, so
 * that the oldest task ends up at the front of the queue. A node that ran pictures when it ended
 * abruptly may have been brought down by one of them, as a worker is.
 */
export function loseAttempts(
  state: MasterState,
  { attempts, workers, isAbrupt }: { attempts: NodeConnection["attempts"]; workers: number; isAbrupt: boolean },
): MasterEvent[] {
  const events: MasterEvent[] = [];
  const running = isAbrupt ? [...attempts.values()].slice(0, workers) : [];
  for (const attempt of [...attempts.values()].sort(newestFirst)) {
    const { task, nodeId } = attempt;
    const failures = task.failures + 1;
    const isSuspect = running.includes(attempt);
    events.push(endOf(attempt, { how: "lost", code: isSuspect ? "worker_died" : null }));
    if (task.attempts.length > 1) continue;
    const killedOn = new Set([...task.killedOn, ...isSuspect ? [nodeId] : []]).size;
    if (isOnTrial(task)) events.push(movedBack(task, null));
    else if (isSuspect && killedOn >= state.settings.poisonNodes) events.push(poisoned(task, killedOn));
    else if (failures < state.settings.attemptsMax) events.push(requeued(task));
    else {
      const reason = `The picture was tried ${failures} times and no node survived to answer.`;
      events.push(answered(task, "attempt_failed", reason));
    }
  }
  return events;
}

function poisoned(task: TaskState, nodes: number): MasterEvent {
  return answered(task, "task_poisoned", `The picture brought down a worker on ${nodes} nodes.`);
}

function newestFirst(one: Attempt, other: Attempt): number {
  return other.task.sequence - one.task.sequence;
}

/** Refuses all tasks that are not answered, because the master stops. */
export function refuseAll(state: MasterState): MasterEvent[] {
  return [...state.tasks.values()].flatMap((task) =>
    answerWith(task, "shutting_down", "The master stopped before the picture was done.")
  );
}

function requeued(task: TaskState): MasterEvent {
  return { type: "task_requeued", taskId: task.spec.taskId };
}

function liveAttempt(
  state: MasterState,
  { nodeId, message }: {
    readonly nodeId: string;
    readonly message: { readonly taskId: string; readonly attempt: number };
  },
): Attempt | null {
  const task = state.tasks.get(message.taskId);
  if (task === undefined) return null;
  for (const attempt of task.attempts) {
    if (attempt.attempt === message.attempt && attempt.nodeId === nodeId) return attempt;
  }
  return null;
}
