import { type ErrorCode, isErrorCode } from "../../protocol/kernel/errors.ts";
import { refusalOf } from "../scheduler/admission.ts";
import { explain, isServable } from "../scheduler/feasible.ts";
import type { AcceptResult, AcceptTaskFailure, SubmitTask } from "./command.ts";
import type { AttemptEnded, MasterEvent, TaskAnswered } from "./event.ts";
import { publicSentence } from "./public_sentence.ts";
import type { Attempt, MasterState, Moment, NodeConnection, TaskState } from "./state.ts";
import { whyUnbelievable } from "./unbelievable.ts";

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

/** Failures that mean something to a user when the last attempt ends with them. */
const TELLING_FAILURES: readonly ErrorCode[] = ["worker_died", "deadline_exceeded"];

/** A leaving node gives its tasks back at no cost to them; one that only says so, for ever, is not let to. */
const RETURNS_FREE = 4;

const UNBELIEVABLE = "The answer was not one to what was asked.";

/** Accepts the task, or answers at once that it is not. */
export function submitTask(
  state: MasterState,
  { taskId, manifestDigest, image, options }: SubmitTask,
  now: Moment,
): MasterEvent[] {
  const refusal = refusalOf(state, manifestDigest);
  if (refusal !== null) return [{ type: "task_answered", taskId, outcome: refusal }];
  const acceptedAtMs = now.nowMs;
  const deadlineAtMs = acceptedAtMs + state.settings.taskDeadlineMs;
  const spec = { taskId, manifestDigest, image, options, acceptedAtMs, deadlineAtMs };
  return [{ type: "task_accepted", spec }];
}

/** The caller went away. */
export function cancelTask(state: MasterState, taskId: string): MasterEvent[] {
  const task = state.tasks.get(taskId);
  return task === undefined ? [] : answerWith(task, "cancelled", "The caller went away.");
}

/** The first result of a task is its answer; any other is out of date. */
export function acceptResult(
  state: MasterState,
  { nodeId, message }: AcceptResult,
): MasterEvent[] {
  const attempt = liveAttempt(state, { nodeId, message });
  if (attempt === null) return [];
  const { task } = attempt;
  const fault = whyUnbelievable(task, message);
  if (fault !== null) {
    const failure = { code: "attempt_failed", reason: fault, told: UNBELIEVABLE } as const;
    return endFailed(state, attempt, failure);
  }
  const { prediction, annotated, serviceMs } = message;
  return [
    endOf(attempt, { how: "won", serviceMs }),
    ...cancelled(task, attempt),
    { type: "task_answered", taskId: task.spec.taskId, outcome: { ok: true, prediction, annotated } },
  ];
}

/** The node could not do it. */
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
  return endFailed(state, attempt, { code, reason, told: publicSentence(state, code, reason) });
}

function endFailed(
  state: MasterState,
  attempt: Attempt,
  failure: {
    code: ErrorCode;
    /** For the log. */
    reason: string;
    /** For the user. */
    told: string;
  },
): MasterEvent[] {
  const { code, reason, told } = failure;
  const { task, nodeId } = attempt;
  const { settings } = state;
  const ended = endOf(attempt, { how: "failed", code, reason });
  const answer = (answerCode: ErrorCode, sentence: string): MasterEvent[] => [
    ended,
    ...cancelled(task, attempt),
    answered(task, answerCode, sentence),
  ];
  if (FINAL_FAILURES.includes(code)) return answer(code, told);
  if (code === "worker_died") {
    const killedOn = new Set([...task.killedOn, nodeId]).size;
    if (killedOn >= settings.poisonNodes) {
      return answer("task_poisoned", `The picture brought down a worker on ${killedOn} nodes.`);
    }
  }
  if (task.attempts.length > 1) return [ended];
  const failures = task.failures + 1;
  if (failures < settings.attemptsMax) return [ended, requeued(task)];
  return answer(
    TELLING_FAILURES.includes(code) ? code : "attempt_failed",
    `The picture was tried ${failures} times and failed every time. The last time: ${told}`,
  );
}

/** The node is gone; what it had is tried elsewhere. Newest first, so that the oldest ends up first in the queue. */
export function loseAttempts(state: MasterState, connection: NodeConnection): MasterEvent[] {
  const events: MasterEvent[] = [];
  for (const attempt of [...connection.attempts.values()].sort(newestFirst)) {
    const { task } = attempt;
    const failures = task.failures + 1;
    events.push(endOf(attempt, { how: "lost" }));
    if (task.attempts.length > 1) continue;
    if (failures < state.settings.attemptsMax) events.push(requeued(task));
    else {
      const reason = `The picture was tried ${failures} times and no node survived to answer.`;
      events.push(answered(task, "attempt_failed", reason));
    }
  }
  return events;
}

function newestFirst(one: Attempt, other: Attempt): number {
  return other.task.sequence - one.task.sequence;
}

/** Tasks whose time is over, and those for which no node has come. */
export function expireTasks(state: MasterState, { nowMs }: Moment): MasterEvent[] {
  const events: MasterEvent[] = [];
  const hopeless = new Map<TaskState["recognizer"], string | null>();
  for (const { recognizer } of state.tasks.values()) {
    if (hopeless.has(recognizer)) continue;
    const servable = recognizer.servable || isServable(state, recognizer.manifest.digest);
    hopeless.set(recognizer, servable ? null : explain(state, recognizer));
  }
  for (const task of state.tasks.values()) {
    const { spec, recognizer } = task;
    if (nowMs >= spec.deadlineAtMs) {
      const seconds = Math.round((spec.deadlineAtMs - spec.acceptedAtMs) / 1_000);
      const what = task.waiting ? "waited for a free worker" : "was worked on";
      const reason = `The picture ${what} until its ${seconds} s were over.`;
      events.push(...answerWith(task, "deadline_exceeded", reason));
      continue;
    }
    const reason = hopeless.get(recognizer);
    if (!task.waiting || reason === null || reason === undefined) continue;
    const sinceMs = Math.max(spec.acceptedAtMs, recognizer.servableSinceMs);
    if (nowMs - sinceMs >= state.settings.joinGraceMs) {
      events.push(...answerWith(task, "no_capable_node", reason));
    }
  }
  return events;
}

/** Every task there is, refused: the master stops. */
export function refuseAll(state: MasterState): MasterEvent[] {
  return [...state.tasks.values()].flatMap((task) =>
    answerWith(task, "shutting_down", "The master stopped before the picture was done.")
  );
}

function answerWith(task: TaskState, code: ErrorCode, reason: string): MasterEvent[] {
  return [...cancelled(task, null), answered(task, code, reason)];
}

function answered(task: TaskState, code: ErrorCode, reason: string): TaskAnswered {
  return { type: "task_answered", taskId: task.spec.taskId, outcome: { ok: false, code, reason } };
}

function requeued(task: TaskState): MasterEvent {
  return { type: "task_requeued", taskId: task.spec.taskId };
}

/** All live attempts but `except`. */
function cancelled(task: TaskState, except: Attempt | null): AttemptEnded[] {
  if (task.attempts.length === (except === null ? 0 : 1)) return [];
  return task.attempts.filter((attempt) => attempt !== except)
    .map((attempt) => endOf(attempt, { how: "cancelled" }));
}

function endOf(
  { task: { spec }, attempt, nodeId }: Attempt,
  end: Pick<AttemptEnded, "how"> & Partial<Pick<AttemptEnded, "serviceMs" | "code" | "reason">>,
): AttemptEnded {
  return {
    type: "attempt_ended",
    taskId: spec.taskId,
    attempt,
    nodeId,
    manifestDigest: spec.manifestDigest,
    how: end.how,
    serviceMs: end.serviceMs ?? null,
    code: end.code ?? null,
    reason: end.reason ?? null,
  };
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
