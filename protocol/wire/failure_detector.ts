import { invariant } from "../kernel/invariant.ts";

/** Green: sent something recently. Yellow: silent for too long to get new work. Red: lost. */
export type Health = "green" | "yellow" | "red";

/** Limits of a silence. */
export interface SilenceLimits {
  /** Silence from which the health is yellow. */
  readonly suspectAfterMs: number;
  /** Silence from which the health is red. */
  readonly deadAfterMs: number;
}

/**
 * Judges the other side by how long it has been silent. It gets the time as an argument and never
 * reads a clock (after TigerBeetle's `fault_detector.zig`).
 */
export class FailureDetector {
  readonly #limits: SilenceLimits;
  #lastSignalMs: number;

  /** Starts green at `nowMs`, because a new connection counts as a signal. */
  constructor(nowMs: number, limits: SilenceLimits) {
    invariant(
      0 < limits.suspectAfterMs && limits.suspectAfterMs <= limits.deadAfterMs,
      `a silence is suspect (${limits.suspectAfterMs} ms) before it is deadly (${limits.deadAfterMs} ms)`,
    );
    this.#limits = limits;
    this.#lastSignalMs = nowMs;
  }

  /** Records that something arrived at `nowMs`. */
  signal(nowMs: number): void {
    if (nowMs > this.#lastSignalMs) this.#lastSignalMs = nowMs;
  }

  /** Returns the time since something last arrived. */
  silenceMs(nowMs: number): number {
    return Math.max(0, nowMs - this.#lastSignalMs);
  }

  health(nowMs: number): Health {
    const silenceMs = this.silenceMs(nowMs);
    if (silenceMs >= this.#limits.deadAfterMs) return "red";
    return silenceMs >= this.#limits.suspectAfterMs ? "yellow" : "green";
  }
}
