import type { Clock } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";

const BYTES_PER_MS = LIMITS.uploadBytesPerSecondMin / 1_000;

/**
 * The lowest pace at which a body must arrive: after `LIMITS.uploadGraceMs`, on average
 * `LIMITS.uploadBytesPerSecondMin`. A body that stops in the middle would keep its memory.
 */
export class UploadPace implements Disposable {
  /** Rejects with `upload_too_slow` once the body is too slow. */
  readonly late: Promise<never>;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #reject: (error: DmlError) => void;
  #bytes = 0;
  #cancelTimer = () => {};

  /** Starts with `bytes` that count as arrived: more than none allows for so much more time. */
  constructor(clock: Clock, { bytes = 0 }: { bytes?: number } = {}) {
    const { promise, reject } = Promise.withResolvers<never>();
    // It may reject before somebody waits for it.
    promise.catch(() => {});
    this.late = promise;
    this.#reject = reject;
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
    this.#bytes = bytes;
    this.#startTimer();
  }

  /** Counts bytes that arrived. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Ends the watch over the pace. */
  [Symbol.dispose](): void {
    this.#cancelTimer();
  }

  #startTimer(): void {
    const dueMs = this.#startedMs + LIMITS.uploadGraceMs + this.#bytes / BYTES_PER_MS;
    const leftMs = dueMs - this.#clock.nowMs();
    if (leftMs > 0) this.#cancelTimer = this.#clock.after(leftMs, () => this.#startTimer());
    else this.#reject(new DmlError("upload_too_slow", "The body of the request arrived too slowly, or stopped."));
  }
}
