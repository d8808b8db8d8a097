import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { endProcess } from "./confinement.ts";
import { EXIT_INTERRUPTED, EXIT_OK } from "../cli/exit.ts";
import { renderError } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/**
 * Longest interval at which two signals count as one: under the launcher script Ctrl-C arrives
 * twice, from the terminal and from the script.
 */
const ONE_SIGNAL_MS = 250;

/**
 * Returns a signal that aborts on the first request to stop. The second one ends the process
 * immediately.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let firstMs = 0;
  const names: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  for (const name of names) {
    Deno.addSignalListener(name, () => {
      if (stop.signal.aborted && SYSTEM_CLOCK.nowMs() - firstMs > ONE_SIGNAL_MS) endProcess(EXIT_INTERRUPTED);
      if (!stop.signal.aborted) firstMs = SYSTEM_CLOCK.nowMs();
      stop.abort();
    });
  }
  return stop.signal;
}

/** Ends the process on uncaught errors and unhandled rejections, which are bugs. */
export function endOnBugs(terminal: Terminal): void {
  onBug((error) => endProcess(reportFatalError(error, terminal)));
}

/** Calls `listener` for each uncaught error and each unhandled rejection of this thread. */
export function onBug(listener: (error: unknown) => void): void {
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    listener(event.error);
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    listener(event.reason);
  });
}

/** Prints the error that ended the command. Returns its exit code. */
export function reportFatalError(error: unknown, terminal: Terminal): number {
  // The reader of standard output, such as `head`, has closed it on purpose.
  if (error instanceof Deno.errors.BrokenPipe) return EXIT_OK;
  const known = asDmlError(error);
  terminal.status(null);
  terminal.error(renderError(known, { color: terminal.errorColor }));
  if (!(error instanceof DmlError) && error instanceof Error) {
    terminal.error(`${error.stack}
`);
  }
  return known.kind.exit;
}
