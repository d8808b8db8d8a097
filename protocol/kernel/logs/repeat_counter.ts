import type { Clock } from "../clock.ts";

const WINDOW_MS = 60_000;

/** A text that was repeated, and how often it was not reported. */
export interface Repeated {
  readonly text: string;
  readonly times: number;
}

/**
 * Lets each text be reported once, and counts its repetitions for a minute, so that a flood of
 * events becomes a line a minute that says how many there were. There must be few different texts.
 */
export class RepeatCounter {
  readonly #clock: Clock;
  readonly #counted = new Map<string, { sinceMs: number; times: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns true if `text` is to be reported now; otherwise it is counted. */
  isNew(text: string): boolean {
    const counted = this.#counted.get(text);
    if (counted !== undefined) counted.times++;
    else this.#counted.set(text, { sinceMs: this.#clock.nowMs(), times: 0 });
    return counted === undefined;
  }

  /**
   * Returns the texts that were repeated, once their minute is over; the next minute then begins.
   * A text that was not repeated for a minute is new again.
   */
  takeDue(): Repeated[] {
    const nowMs = this.#clock.nowMs();
    const due: Repeated[] = [];
    for (const [text, counted] of this.#counted) {
      if (nowMs - counted.sinceMs < WINDOW_MS) continue;
      if (counted.times === 0) this.#counted.delete(text);
      else due.push({ text, times: counted.times });
      Object.assign(counted, { sinceMs: nowMs, times: 0 });
    }
    return due;
  }
}
