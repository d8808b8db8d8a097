import type { Clock } from "../../../protocol/kernel/clock.ts";

/** Time without a byte after which a copy abandons its source. */
export const STALL_MS = 10_000;

/** Clock whose timers fire at once, except for those of {@linkcode STALL_MS}. */
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

/** {@linkcode ImpatientClock} whose stall timeout a test can fire. */
export class StallingClock extends ImpatientClock {
  stall: () => void = () => {};
  override after(delayMs: number, callback: () => void): () => void {
    if (delayMs === STALL_MS) this.stall = callback;
    return super.after(delayMs, callback);
  }
}
