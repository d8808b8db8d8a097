/**
 * A leaky bucket: how much one source may send. It holds `burst`, and `perSecond` flows in again.
 * The last thing taken may overdraw it, so that a source that waits {@linkcode waitMs} before it
 * sends the next loses nothing.
 */
export class RateBound {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #atMs: number;

  constructor(nowMs: number, { perSecond, burst }: { perSecond: number; burst: number }) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
    this.#atMs = nowMs;
  }

  /** Takes `amount` and returns true, or returns false if nothing is left. */
  take(amount: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#left <= 0) return false;
    this.#left -= amount;
    return true;
  }

  /** Returns the time until something is left again; 0 if something is left now. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#left > 0 ? 0 : Math.ceil((1 - this.#left) / this.#perSecond * 1_000);
  }

  #refill(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#left = Math.min(this.#burst, this.#left + passedMs / 1_000 * this.#perSecond);
  }
}
