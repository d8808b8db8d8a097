/** Source of time. Only shells and adapters read it; a core gets the time as an argument. */
export interface Clock {
  /** Returns milliseconds on a monotonic clock, of which only differences are meaningful. */
  nowMs(): number;
  /** Returns milliseconds since the Unix epoch. */
  wallMs(): number;
  /** Calls `callback` once after `delayMs`. Returns a function that cancels the call. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The clock of this machine. */
export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
