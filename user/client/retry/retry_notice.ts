import type { DmlError } from "../../../protocol/kernel/errors.ts";
import { printable } from "../../terminal/render.ts";

/**
 * Returns a listener for failures that are retried. It announces only the first: the failure, and
 * that dml waits. A full queue is not announced, because it empties while the other pictures are
 * processed.
 */
export function retryNotice(announce: (sentences: string) => void): (failure: DmlError) => void {
  let isAnnounced = false;
  return ({ code, message }) => {
    if (isAnnounced || code === "queue_full") return;
    isAnnounced = true;
    const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
    const wait = code === "no_capable_node"
      ? "Waiting for one; `dml join` starts one."
      : "Waiting before the next attempt.";
    announce(`${printable(sentence)} ${wait}`);
  };
}
