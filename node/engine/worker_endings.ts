import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";

const MINUTE_MS = 60_000;

/** Returns the error of a worker that had not `done` something in time, with advice. */
export function overdue(done: string): DmlError {
  const what = `A worker had not ${done} after ${LIMITS.loadDeadlineMs / MINUTE_MS} minutes and was terminated.`;
  return new DmlError("deadline_exceeded", `${what} Stop other programs on the host, or use a smaller model.`, {
    advice: "Then start dml again.",
  });
}

/** Returns the error of a worker that is replaced to give memory back; no request is pending then. */
export function bloated(): DmlError {
  return new DmlError("attempt_failed", "The worker was replaced to give memory back.");
}
