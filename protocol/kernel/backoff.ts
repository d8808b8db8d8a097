import { LIMITS } from "./limits.ts";
import type { Random } from "./random.ts";

/**
 * How long to wait before the try that follows `failures` failed ones (1 or more): doubling up to the limit, of which at least
 * half, the rest at random, so that many who lost the same peer do not come back at once
 * ("equal jitter", M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog 2015).
 */
export function backoffMs(
  failures: number,
  options: { random: Random; minMs?: number; maxMs?: number },
): number {
  const { random, minMs = LIMITS.reconnectMinMs, maxMs = LIMITS.reconnectMaxMs } = options;
  const fullMs = Math.min(maxMs, minMs * 2 ** (failures - 1));
  return fullMs / 2 + random() * fullMs / 2;
}
