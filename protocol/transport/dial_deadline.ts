import { formatAddress } from "../http_api/address.ts";
import type { Clock } from "../kernel/clock.ts";
import { DmlError } from "../kernel/errors.ts";
import { LIMITS } from "../kernel/limits.ts";
import { StallWatch } from "../kernel/stall_watch.ts";
import type { Address } from "../ports/transport.ts";

/**
 * Runs `connect` with a signal that aborts after `LIMITS.dialMs`, or as soon as `signal` does. The
 * system alone waits more than two minutes for a host whose firewall drops what comes. Throws
 * `connection_lost` once the time is over, and whatever `connect` throws.
 */
export async function withDialDeadline<Result>(
  address: Address,
  { clock, signal }: { clock: Clock; signal?: AbortSignal },
  connect: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const watch = new StallWatch(clock, { stallMs: LIMITS.dialMs, signals: signal === undefined ? [] : [signal] });
  try {
    return await connect(watch.signal);
  } catch (cause) {
    if (!watch.stalled) throw cause;
    const sentence = `${formatAddress(address)} did not answer within ${LIMITS.dialMs / 1_000} s.`;
    throw new DmlError("connection_lost", sentence, { cause });
  } finally {
    watch.stop();
  }
}
