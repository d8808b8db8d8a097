import type { Clock } from "../kernel/clock.ts";

/** Aborts its signal when the caller's does, or when it is not restarted within `stallMs`. */
export class StallWatch {
  #stalled = false;
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #stallMs: number;
  readonly #outer: AbortSignal | undefined;
  readonly #abort = (): void => this.#controller.abort();
  #cancelTimer: () => void;

  constructor(clock: Clock, options: { stallMs: number; signal?: AbortSignal }) {
    this.#clock = clock;
    this.#stallMs = options.stallMs;
    this.#outer = options.signal;
    this.#outer?.addEventListener("abort", this.#abort);
    if (this.#outer?.aborted) this.#abort();
    this.#cancelTimer = this.#startTimer();
  }

  /** Whether it was the time that ran out. */
  get stalled(): boolean {
    return this.#stalled;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#startTimer();
  }

  stop(): void {
    this.#cancelTimer();
    this.#outer?.removeEventListener("abort", this.#abort);
  }

  #startTimer(): () => void {
    return this.#clock.after(this.#stallMs, () => {
      this.#stalled = true;
      this.#abort();
    });
  }
}
