import type { Clock } from "./clock.ts";

/**
 * A signal that aborts if one of the caller's signals does, or if `restart` is not called for
 * `stallMs`.
 */
export class StallWatch {
  #stalled = false;
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #stallMs: number;
  readonly #outer: readonly AbortSignal[];
  readonly #abort = (): void => this.#controller.abort();
  #cancelTimer: () => void;

  constructor(clock: Clock, options: { stallMs: number; signals?: readonly AbortSignal[] }) {
    this.#clock = clock;
    this.#stallMs = options.stallMs;
    this.#outer = options.signals ?? [];
    for (const signal of this.#outer) {
      signal.addEventListener("abort", this.#abort);
      if (signal.aborted) this.#abort();
    }
    this.#cancelTimer = this.#startTimer();
  }

  /** True if the time ran out. */
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
    for (const signal of this.#outer) signal.removeEventListener("abort", this.#abort);
  }

  #startTimer(): () => void {
    return this.#clock.after(this.#stallMs, () => {
      this.#stalled = true;
      this.#abort();
    });
  }
}
