import { DmlError } from "../../protocol/kernel/errors.ts";

/** What a call throws that was given up while it waited. */
export function interrupted(cause?: unknown): DmlError {
  return new DmlError("interrupted", "Stopped before the answer came.", { cause });
}
