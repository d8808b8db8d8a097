import type { Log } from "../protocol/kernel/log.ts";
import type { Terminal } from "./terminal.ts";

/** How {@linkcode steadyTerminal} tells what it was told last. */
export interface SteadyTerminalOptions {
  /** Called once, with why standard output cannot be written any more. */
  readonly onOutLost: (error: unknown) => void;
}

/**
 * `terminal` for a role, which works on whoever still listens: when standard output cannot be written (its reader went away,
 * its disk is full) what goes there is dropped from then on. Where standard error fails nobody is left to be told.
 */
export function steadyTerminal(terminal: Terminal, { onOutLost }: SteadyTerminalOptions): Terminal {
  let isOutLost = false;
  let isErrorLost = false;

  function toError(write: () => void): void {
    if (isErrorLost) return;
    try {
      write();
    } catch {
      isErrorLost = true;
    }
  }

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
    error: (text) => toError(() => terminal.error(text)),
    status: (text) => toError(() => terminal.status(text)),
  };
}

/** Logs why a role tells people nothing any more; a reader that has gone, `head` for one, is no fault. */
export function logOutLost(error: unknown, log: Log): void {
  if (error instanceof Deno.errors.BrokenPipe) {
    return log.info("Nobody reads standard output any more; this role goes on without it.");
  }
  const reason = error instanceof Error ? error.message : String(error);
  log.error("Standard output cannot be written; this role goes on without it.", { reason });
}
