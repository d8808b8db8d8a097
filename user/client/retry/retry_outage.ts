import { backoffMs } from "../../../protocol/kernel/backoff.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import { askAgain } from "./retry.ts";

/** As long as a master that is started again may be away: all waits between the tries together. */
export const AWAY_MAX_MS = 5_000;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 1_500;

/** A master that had answered before and does not take connections, or broke one: it may be back in a moment. */
export class AwayForNow extends DmlError {
  constructor(unreachable: DmlError) {
    super(unreachable.code, unreachable.message, { cause: unreachable.cause, advice: unreachable.advice });
  }
}

/**
 * Asks again while the master is {@linkcode AwayForNow}, the last time {@linkcode AWAY_MAX_MS} of waiting after the first;
 * `onAway` hears of each time. Only for what may be done twice: the master may have done what it did not answer.
 */
export function untilBack<Answered>(
  ask: () => Promise<Answered>,
  { clock, random, signal, onAway }: {
    clock: Clock;
    random: Random;
    signal: AbortSignal;
    onAway?: (away: DmlError) => void;
  },
): Promise<Answered> {
  let leftMs = AWAY_MAX_MS;
  const waitMs = (error: unknown, attempt: number) => {
    if (!(error instanceof AwayForNow) || leftMs === 0) return null;
    onAway?.(error);
    const delayMs = Math.min(leftMs, backoffMs(attempt, { random, minMs: RETRY_MIN_MS, maxMs: RETRY_MAX_MS }));
    leftMs -= delayMs;
    return delayMs;
  };
  return askAgain(ask, { clock, signal, waitMs });
}
