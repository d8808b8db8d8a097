import type { Answer } from "../../../protocol/http/http_answer.ts";
import { errorOfResponse } from "../../../protocol/http/problem.ts";
import { backoffMs } from "../../../protocol/kernel/backoff.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import { askAgain } from "./retry.ts";

/** Refusals that pass by themselves: the same picture is sent again. */
const PASSING: ReadonlySet<string> = new Set(["queue_full", "shutting_down", "no_capable_node"]);
/** With the waits between them about eight seconds, and as much more as the master holds each try before it refuses. */
const TRIES_MAX = 6;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;

/** A refusal that passes by itself, and when to come back if the master said so. */
class RefusedForNow extends DmlError {
  constructor(refusal: DmlError, readonly askedForMs: number | null) {
    super(refusal.code, refusal.message, { cause: refusal, advice: refusal.advice });
  }
}

/** The error that `response` carries, by which {@linkcode untilTaken} sees whether it passes by itself. */
export async function refusalOf(response: Answer, options: { what: string }): Promise<DmlError> {
  const refusal = await errorOfResponse(response, options);
  if (!PASSING.has(refusal.code)) return refusal;
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  return new RefusedForNow(refusal, seconds >= 0 ? seconds * 1_000 : null);
}

/**
 * Asks again, a bounded number of times, while what is thrown is a refusal that passes by itself; `onRefused` hears of each that is
 * waited out.
 */
export function untilTaken<Answered>(
  ask: () => Promise<Answered>,
  { clock, random, signal, onRefused }: {
    clock: Clock;
    random: Random;
    signal: AbortSignal;
    onRefused?: (refusal: DmlError) => void;
  },
): Promise<Answered> {
  const waitMs = (error: unknown, attempt: number) => {
    if (!(error instanceof RefusedForNow) || attempt === TRIES_MAX) return null;
    onRefused?.(error);
    const delayMs = error.askedForMs ?? backoffMs(attempt, { random, minMs: RETRY_MIN_MS, maxMs: RETRY_MAX_MS });
    return Math.min(RETRY_MAX_MS, delayMs);
  };
  return askAgain(ask, { clock, signal, waitMs });
}
