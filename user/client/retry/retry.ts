import type { Clock } from "../../../protocol/kernel/clock.ts";
import { sleep } from "../../../protocol/kernel/sleep.ts";
import { interrupted } from "../interrupted.ts";

/** When to ask again. */
export interface AskAgainOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long after what was thrown, at the first, second, … try; null: it is thrown on. */
  readonly waitMs: (error: unknown, attempt: number) => number | null;
}

/** Asks until there is an answer, or a failure that is not waited out. Throws `interrupted` when `signal` aborts meanwhile. */
export async function askAgain<Answered>(
  ask: () => Promise<Answered>,
  { clock, signal, waitMs }: AskAgainOptions,
): Promise<Answered> {
  for (let attempt = 1;; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const delayMs = waitMs(error, attempt);
      if (delayMs === null) throw error;
      await sleep(delayMs, { clock, signal });
      if (signal.aborted) throw interrupted();
    }
  }
}
