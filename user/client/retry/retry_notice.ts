import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { DmlError, ErrorCode } from "../../../protocol/kernel/errors.ts";
import { printable } from "../../terminal/render.ts";

/**
 * Returns a listener for failures that are retried. It announces only the first: the failure, and
 * that dml waits, and for how long if the master is away. A full queue is not announced, because it
 * empties while the other pictures are processed.
 */
export function retryNotice(
  announce: (sentences: string) => void,
  { outageMs = LIMITS.outageMs }: { outageMs?: number } = {},
): (failure: DmlError) => void {
  let isAnnounced = false;
  return ({ code, message }) => {
    if (isAnnounced || code === "queue_full") return;
    isAnnounced = true;
    const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
    announce(`${printable(sentence)} ${waitText(code, outageMs)}`);
  };
}

function waitText(code: ErrorCode, outageMs: number): string {
  if (code === "no_capable_node") return "Waiting for one; `dml join` starts one.";
  if (code === "master_unreachable") return `Waiting for it for up to ${outageMs / 1_000} s.`;
  return "Waiting before the next attempt.";
}
