import type { Clock } from "../../protocol/kernel/clock.ts";

const LOOK_EVERY_MS = 2_000;

/**
 * Calls `gone` once the process that started this one has ended. Returns a function that ends the
 * watch.
 */
export function watchParent(gone: () => void, { clock, parent }: { clock: Clock; parent: () => number }): () => void {
  const starter = parent();
  let cancel = clock.after(LOOK_EVERY_MS, look);
  function look(): void {
    if (parent() !== starter) return gone();
    cancel = clock.after(LOOK_EVERY_MS, look);
  }
  return () => cancel();
}
