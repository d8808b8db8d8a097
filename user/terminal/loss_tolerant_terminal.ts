import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Terminal } from "./terminal.ts";

export interface LossTolerantTerminalOptions {
  /** Called once, with the reason why standard output can no longer be written. */
  readonly onOutputLost: (error: unknown) => void;
}

/**
 * Wraps `terminal` for a role, which keeps running without a reader of its output: once standard
 * output cannot be written (its reader has gone, its disk is full), all further output is dropped.
 */
export function lossTolerantTerminal(terminal: Terminal, { onOutputLost }: LossTolerantTerminalOptions): Terminal {
  let isOutLost = false;

  return {
    ...terminal,
    out(text) {
      if (isOutLost) return;
      try {
        terminal.out(text);
      } catch (error) {
        isOutLost = true;
        onOutputLost(error);
      }
    },
  };
}

/** Logs why a role prints nothing any more. A reader that has gone, such as `head`, is no error. */
export function logOutputLoss(error: unknown, log: Log): void {
  if (error instanceof Deno.errors.BrokenPipe) {
    return log.info("The reader of standard output has gone; this role continues without it.");
  }
  const cause = error instanceof DmlError ? error.cause ?? error : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  log.error("Standard output cannot be written; this role continues without it.", { reason });
}
