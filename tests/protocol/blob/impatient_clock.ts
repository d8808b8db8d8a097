import type { Clock } from "../../../protocol/kernel/clock.ts";

/** After so long without a byte a copy gives up on its source. */
export const STALL_MS = 10_000;

/** Time that passes as soon as somebody waits, except for what is meant to run out only when nothing else happens. */
export class ImpatientClock implements Clock {
  readonly waitsMs: number[] = [];
  nowMs = () => 0;
  wallMs = () => 0;
  after(delayMs: number, callback: () => void): () => void {
    if (delayMs === STALL_MS) return () => {};
    this.waitsMs.push(delayMs);
    queueMicrotask(callback);
    return () => {};
  }
}

/** Like it, and lets a test say when the source has been silent for too long. */
export class StallingClock extends ImpatientClock {
  stall: () => void = () => {};
  override after(delayMs: number, callback: () => void): () => void {
    if (delayMs === STALL_MS) this.stall = callback;
    return super.after(delayMs, callback);
  }
}
