import { DmlError } from "../protocol/kernel/errors.ts";
import { errorOfResponse } from "../protocol/http/problem.ts";

/** Refusals that pass by themselves: the same picture is sent again. */
const PASSING: ReadonlySet<string> = new Set(["queue_full", "shutting_down", "no_capable_node"]);

/** A refusal that passes by itself, and when to come back if the master said so. */
export class RefusedForNow extends DmlError {
  constructor(refusal: DmlError, readonly askedForMs: number | null) {
    super(refusal.code, refusal.message, { cause: refusal, advice: refusal.advice });
  }
}

/** The error that `response` carries; a {@linkcode RefusedForNow} when it passes by itself. */
export async function refusalOf(response: Response, options: { what: string }): Promise<DmlError> {
  const refusal = await errorOfResponse(response, options);
  if (!PASSING.has(refusal.code)) return refusal;
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  return new RefusedForNow(refusal, seconds >= 0 ? seconds * 1_000 : null);
}
