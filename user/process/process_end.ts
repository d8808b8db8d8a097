import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { endProcess } from "./confinement.ts";
import { EXIT_INTERRUPTED, EXIT_OK } from "../cli/exit.ts";
import { renderError } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** A terminal sends its signal to a script and to what that started, and the script hands its own on: within this it is the same one. */
const ONE_SIGNAL_MS = 250;

/** Aborts on the first signal to stop; the second one ends the process where it stands. */
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

/** What nobody caught is a bug, in whatever turn of events it shows. */
export function endOnBugs(terminal: Terminal): void {
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    endProcess(endBy(event.error, terminal));
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    endProcess(endBy(event.reason, terminal));
  });
}

/** Says what ended the command; the exit code that goes with it. */
export function endBy(error: unknown, terminal: Terminal): number {
  // Whoever read standard output, `head` for one, has had enough.
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
