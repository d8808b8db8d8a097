import { ManualClock } from "../protocol/manual_clock.ts";

/** What is waited for at least so long is there to give something up. */
const TIMEOUT_MS = 10_000;

/** A clock on which time passes as soon as somebody waits; what would give something up never runs out. */
export class PassingClock extends ManualClock {
  override after(delayMs: number, callback: () => void): () => void {
    if (delayMs >= TIMEOUT_MS) return () => {};
    queueMicrotask(() => this.advance(delayMs));
    return super.after(delayMs, callback);
  }
}
