import type { Clock } from "../../protocol/kernel/clock.ts";

const LOOK_EVERY_MS = 2_000;

/** Calls `gone` when the process that started this one is no more; the function that it returns ends the watch. */
export function watchParent(gone: () => void, { clock, parent }: { clock: Clock; parent: () => number }): () => void {
  const starter = parent();
  let cancel = clock.after(LOOK_EVERY_MS, look);
  function look(): void {
    if (parent() !== starter) return gone();
    cancel = clock.after(LOOK_EVERY_MS, look);
  }
  return () => cancel();
}
