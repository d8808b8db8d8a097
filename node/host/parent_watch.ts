import type { Clock } from "../../protocol/kernel/clock.ts";

const CHECK_INTERVAL_MS = 2_000;

/**
 * Calls `onEnd` once the process that started this one has ended. Returns a function that ends the
 * watch.
 */
export function watchParent(onEnd: () => void, { clock, parent }: { clock: Clock; parent: () => number }): () => void {
  const parentPid = parent();
  let cancel = clock.after(CHECK_INTERVAL_MS, check);
  function check(): void {
    if (parent() !== parentPid) return onEnd();
    cancel = clock.after(CHECK_INTERVAL_MS, check);
  }
  return () => cancel();
}
