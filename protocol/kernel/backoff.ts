import { LIMITS } from "./limits.ts";
import type { Random } from "./random.ts";

/**
 * Returns the delay before the next try after `failures` failed ones (1 or more), in milliseconds.
 * The delay doubles with each failure up to the limit; half of it is fixed and the rest random, so
 * that clients that lost the same peer do not all return at once ("equal jitter", M. Brooker,
 * "Exponential Backoff and Jitter", AWS Architecture Blog 2015).
 */
export function backoffMs(
  failures: number,
  options: { random: Random; minMs?: number; maxMs?: number },
): number {
  const { random, minMs = LIMITS.reconnectMinMs, maxMs = LIMITS.reconnectMaxMs } = options;
  const fullMs = Math.min(maxMs, minMs * 2 ** (failures - 1));
  return fullMs / 2 + random() * fullMs / 2;
}
