import { invariant } from "../kernel/invariant.ts";

/** Green: heard of lately. Yellow: silent for too long to be given new work. Red: given up. */
export type Health = "green" | "yellow" | "red";

/** How long a silence may last. */
export interface SilenceLimits {
  /** From here on, yellow. */
  readonly suspectAfterMs: number;
  /** From here on, red. */
  readonly deadAfterMs: number;
}

/** Judges the other side by its silence. It is told the time and never asks (after TigerBeetle's `fault_detector.zig`). */
export class FailureDetector {
  readonly #limits: SilenceLimits;
  #lastSignalMs: number;

  /** Green from `nowMs` on: a connection that was just made counts as a signal. */
  constructor(nowMs: number, limits: SilenceLimits) {
    invariant(
      0 < limits.suspectAfterMs && limits.suspectAfterMs <= limits.deadAfterMs,
      `a silence is suspect (${limits.suspectAfterMs} ms) before it is deadly (${limits.deadAfterMs} ms)`,
    );
    this.#limits = limits;
    this.#lastSignalMs = nowMs;
  }

  /** Something, whatever it was, arrived at `nowMs`. */
  signal(nowMs: number): void {
    if (nowMs > this.#lastSignalMs) this.#lastSignalMs = nowMs;
  }

  /** How long nothing has arrived. */
  silenceMs(nowMs: number): number {
    return Math.max(0, nowMs - this.#lastSignalMs);
  }

  health(nowMs: number): Health {
    const silenceMs = this.silenceMs(nowMs);
    if (silenceMs >= this.#limits.deadAfterMs) return "red";
    return silenceMs >= this.#limits.suspectAfterMs ? "yellow" : "green";
  }
}
