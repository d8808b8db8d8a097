import type { Clock } from "../clock.ts";

const QUIET_MS = 60_000;

/** Tells new texts from those that were reported within the last minute. */
export class RepeatFilter {
  readonly #clock: Clock;
  readonly #reportedAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Returns true if `text` has not been reported for a minute, and then counts it as reported.
   * Texts
   * older than that are forgotten.
   */
  isNew(text: string): boolean {
    const nowMs = this.#clock.nowMs();
    for (const [reported, atMs] of this.#reportedAtMs) {
      if (nowMs - atMs >= QUIET_MS) this.#reportedAtMs.delete(reported);
    }
    if (this.#reportedAtMs.has(text)) return false;
    this.#reportedAtMs.set(text, nowMs);
    return true;
  }
}
