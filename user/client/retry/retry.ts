import { backoffMs } from "../../../protocol/kernel/backoff.ts";
import type { Clock } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Random } from "../../../protocol/kernel/random.ts";
import { sleep } from "../../../protocol/kernel/sleep.ts";

const OUTAGE_BACKOFF = { minMs: 250, maxMs: 1_500 };

/**
 * Maximum number of attempts after refusals. Their waits add up to about eight seconds, plus the
 * time for which the master holds each attempt before it refuses.
 */
const REFUSED_TRIES_MAX = 6;
const REFUSAL_BACKOFF = { minMs: 250, maxMs: 5_000 };

/** Lost connection to a master that had answered before; the master may be back in a moment. */
export class TemporaryOutage extends DmlError {
  constructor(unreachable: DmlError) {
    super(unreachable.code, unreachable.message, { cause: unreachable.cause, advice: unreachable.advice });
  }
}

/** A refusal after which the same request may succeed later. */
export class RetryableRefusal extends DmlError {
  /** `retryAfterMs` is the wait that the master requests; `null` if it requests none. */
  constructor(refusal: DmlError, readonly retryAfterMs: number | null) {
    super(refusal.code, refusal.message, { cause: refusal, advice: refusal.advice });
  }
}

/** Clock and jitter of the waits, and the signal that ends them. */
export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Called with each failure before the wait that precedes the next attempt. */
  readonly onRetry?: (failure: DmlError) => void;
  /** Longest wait during one outage; `LIMITS.outageMs` by default. */
  readonly outageMs?: number;
}

/**
 * Repeats `attempt` while it throws a {@linkcode TemporaryOutage}, until `outageMs` have passed
 * since the first one. Only for idempotent requests, because the master may have carried out a
 * request whose response was lost. Throws the last failure, or `interrupted` once `signal` aborts.
 */
export function retryOnOutage<Result>(attempt: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const { clock, random, outageMs = LIMITS.outageMs } = options;
  let untilMs: number | null = null;
  return retry(attempt, options, (error, failures) => {
    if (!(error instanceof TemporaryOutage)) return null;
    untilMs ??= clock.nowMs() + outageMs;
    const leftMs = untilMs - clock.nowMs();
    return leftMs <= 0 ? null : Math.min(leftMs, backoffMs(failures, { random, ...OUTAGE_BACKOFF }));
  });
}

/**
 * Repeats `attempt` while it throws a {@linkcode RetryableRefusal}, a bounded number of times,
 * after the wait that the master requests. Throws the last failure, or `interrupted` once `signal`
 * aborts.
 */
export function retryOnRefusal<Result>(attempt: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  return retry(attempt, options, (error, failures) => {
    if (!(error instanceof RetryableRefusal) || failures === REFUSED_TRIES_MAX) return null;
    const delayMs = error.retryAfterMs ?? backoffMs(failures, { random: options.random, ...REFUSAL_BACKOFF });
    return Math.min(REFUSAL_BACKOFF.maxMs, delayMs);
  });
}

/** Returns the error of a request that was aborted before its response arrived. */
export function interrupted(cause?: unknown): DmlError {
  return new DmlError("interrupted", "Stopped before the answer came.", { cause });
}

/**
 * Repeats `attempt` until it succeeds, or until `delayMs`, called with the error and the number of
 * failures, returns `null`.
 */
async function retry<Result>(
  attempt: () => Promise<Result>,
  { clock, signal, onRetry }: RetryOptions,
  delayMs: (error: unknown, failures: number) => number | null,
): Promise<Result> {
  for (let failures = 1;; failures++) {
    try {
      return await attempt();
    } catch (error) {
      const waitMs = delayMs(error, failures);
      if (waitMs === null) throw error;
      if (error instanceof DmlError) onRetry?.(error);
      await sleep(waitMs, { clock, signal });
      if (signal.aborted) throw interrupted();
    }
  }
}
