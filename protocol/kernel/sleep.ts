import type { Clock } from "./clock.ts";

/**
 * Resolves after `delayMs`, or as soon as `signal` aborts. The caller checks the signal to learn
 * which.
 */
export function sleep(
  delayMs: number,
  { clock, signal }: { clock: Clock; signal?: AbortSignal },
): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = clock.after(delayMs, finish);
    signal?.addEventListener("abort", finish, { once: true });
  });
}
