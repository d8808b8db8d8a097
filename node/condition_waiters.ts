import type { Clock } from "../protocol/kernel/clock.ts";

/** Callers that wait until something is true of the node. */
export class ConditionWaiters {
  readonly #clock: Clock;
  /** Functions that finish a wait if its condition holds, or in any case if `isOver`. */
  readonly #waiters = new Set<(isOver: boolean) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves once `condition` holds, or after `atMostMs`; true if it holds then. */
  wait(condition: () => boolean, atMostMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (isOver: boolean) => {
        const holds = condition();
        if (!holds && !isOver) return;
        cancel();
        this.#waiters.delete(look);
        resolve(holds);
      };
      const cancel = this.#clock.after(atMostMs, () => look(true));
      this.#waiters.add(look);
      look(false);
    });
  }

  /** Finishes the waits whose condition holds now. */
  check(): void {
    for (const look of this.#waiters) look(false);
  }

  /** Finishes every wait, whether its condition holds or not. */
  end(): void {
    for (const look of this.#waiters) look(true);
  }
}
