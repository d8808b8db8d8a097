import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Prepared } from "../../model_import/prepared.ts";
import { runTrial, type TrialResult } from "../../model_import/trial.ts";
import type { ModelsContext } from "./context.ts";

const STATUS = "Trying the model on this machine…";

/**
 * Tries the model in an engine of its own, which ends with the trial or with this command. Shows a
 * status line meanwhile, because the trial may take a minute. Throws the errors of
 * {@linkcode runTrial}, and `interrupted`.
 */
export async function tryHere(
  prepared: Prepared,
  { openEngine, clock, terminal, progress, json, signal }: ModelsContext & { readonly json: boolean },
): Promise<TrialResult> {
  const isShown = progress && !json;
  if (isShown) terminal.status(STATUS);
  try {
    const engine = await openEngine();
    const stopped = Promise.withResolvers<never>();
    const stop = () =>
      stopped.reject(new DmlError("interrupted", "Stopped while the model was tried; nothing was added."));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      return await Promise.race([runTrial(prepared, { engine, clock }), stopped.promise]);
    } finally {
      signal.removeEventListener("abort", stop);
      await engine.close();
    }
  } finally {
    if (isShown) terminal.status(null);
  }
}
