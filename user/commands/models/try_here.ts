import type { Prepared } from "../../model_import/prepared.ts";
import { runTrial, type TrialResult } from "../../model_import/trial.ts";
import type { ModelsContext } from "./context.ts";

const STATUS = "Trying the model on this machine…";

/**
 * Tries the model in an engine of this process. Shows a status line meanwhile, because the trial
 * may take a minute. Throws the errors of {@linkcode runTrial}.
 */
export async function tryHere(
  prepared: Prepared,
  { openEngine, clock, terminal, progress, json }: ModelsContext & { readonly json: boolean },
): Promise<TrialResult> {
  const isShown = progress && !json;
  if (isShown) terminal.status(STATUS);
  try {
    const engine = await openEngine();
    try {
      return await runTrial(prepared, { engine, clock });
    } finally {
      await engine.close();
    }
  } finally {
    if (isShown) terminal.status(null);
  }
}
