/** Aborts on the first signal to stop; the second one ends the process where it stands, with `exitCode`. */
export function stopSignal({ exitCode }: { exitCode: number }): AbortSignal {
  const stop = new AbortController();
  const names: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  for (const name of names) {
    Deno.addSignalListener(name, () => {
      if (stop.signal.aborted) Deno.exit(exitCode);
      stop.abort();
    });
  }
  return stop.signal;
}
