import type { Finding } from "./pipeline.ts";
import { inHundredths } from "./rounded.ts";

/** Adds up how long the parts of the work on one picture took. */
export class Stopwatch {
  readonly #spent = { prepareMs: 0, inferMs: 0, interpretMs: 0 };
  readonly #nowMs: () => number;
  #lapMs: number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#lapMs = nowMs();
  }

  /** Books the time since the last lap, or since the watch was made, on `part`. */
  lap(part: keyof Finding["timings"]): void {
    const nowMs = this.#nowMs();
    this.#spent[part] += nowMs - this.#lapMs;
    this.#lapMs = nowMs;
  }

  /** What was booked on each part. */
  get timings(): Finding["timings"] {
    const { prepareMs, inferMs, interpretMs } = this.#spent;
    return {
      prepareMs: inHundredths(prepareMs),
      inferMs: inHundredths(inferMs),
      interpretMs: inHundredths(interpretMs),
    };
  }
}
