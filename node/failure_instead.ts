import { clip } from "../protocol/kernel/clip.ts";
import type { DmlError, ErrorCode } from "../protocol/kernel/errors.ts";
import { LIMITS } from "../protocol/kernel/limits.ts";
import type { TaskFailed, TaskResult } from "../protocol/messages/task.ts";

/** Returns the failed attempt that is reported instead of a result that cannot be sent. */
export function failureInstead({ taskId, attempt }: TaskResult, { code: fault, message }: DmlError): TaskFailed {
  const code: ErrorCode = fault === "frame_too_large" ? "answer_too_large" : "attempt_failed";
  return { type: "task.failed", taskId, attempt, code, reason: clip(message, LIMITS.reasonCharactersMax) };
}
