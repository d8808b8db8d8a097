import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Terminal } from "./terminal.ts";

/** How {@linkcode steadyTerminal} tells what it was told last. */
export interface SteadyTerminalOptions {
  /** Called once, with why standard output cannot be written any more. */
  readonly onOutLost: (error: unknown) => void;
}

/**
 * `terminal` for a role, which works on whoever still listens: when standard output cannot be written (its reader went away,
 * its disk is full) what goes there is dropped from then on.
 */
export function steadyTerminal(terminal: Terminal, { onOutLost }: SteadyTerminalOptions): Terminal {
  let isOutLost = false;

  return {
    ...terminal,
    out(text) {
      if (isOutLost) return;
      try {
        terminal.out(text);
      } catch (error) {
        isOutLost = true;
        onOutLost(error);
      }
    },
  };
}

/** Logs why a role tells people nothing any more; a reader that has gone, `head` for one, is no fault. */
export function logOutLost(error: unknown, log: Log): void {
  if (error instanceof Deno.errors.BrokenPipe) {
    return log.info("Nobody reads standard output any more; this role goes on without it.");
  }
  const cause = error instanceof DmlError ? error.cause ?? error : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  log.error("Standard output cannot be written; this role goes on without it.", { reason });
}
