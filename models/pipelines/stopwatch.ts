import type { PipelineResult } from "./pipeline.ts";
import { truncatedToHundredths } from "./rounded.ts";

/** Stopwatch that adds up the time of each part of the work on one picture. */
export class Stopwatch {
  readonly #spent = { prepareMs: 0, inferMs: 0, interpretMs: 0 };
  readonly #nowMs: () => number;
  #lapMs: number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#lapMs = nowMs();
  }

  /** Adds the time since the last lap, or since the creation of the stopwatch, to `part`. */
  lap(part: keyof PipelineResult["timings"]): void {
    const nowMs = this.#nowMs();
    this.#spent[part] += nowMs - this.#lapMs;
    this.#lapMs = nowMs;
  }

  /** Time of each part, in milliseconds. */
  get timings(): PipelineResult["timings"] {
    const { prepareMs, inferMs, interpretMs } = this.#spent;
    return {
      prepareMs: truncatedToHundredths(prepareMs),
      inferMs: truncatedToHundredths(inferMs),
      interpretMs: truncatedToHundredths(interpretMs),
    };
  }
}
