import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { AttemptEnded, MasterEvent, TaskAnswered } from "../messages/event.ts";
import type { Attempt, TaskState } from "../state/state.ts";

/** Refuses the task and cancels its live attempts. */
export function answerWith(task: TaskState, code: ErrorCode, reason: string): MasterEvent[] {
  return [...cancelled(task, null), answered(task, code, reason)];
}

export function answered(task: TaskState, code: ErrorCode, reason: string): TaskAnswered {
  return { type: "task_answered", taskId: task.spec.taskId, outcome: { ok: false, code, reason } };
}

/** Cancels all live attempts except `except`. */
export function cancelled(task: TaskState, except: Attempt | null): AttemptEnded[] {
  if (task.attempts.length === (except === null ? 0 : 1)) return [];
  return task.attempts.filter((attempt) => attempt !== except)
    .map((attempt) => endOf(attempt, { how: "cancelled" }));
}

export function endOf(
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
