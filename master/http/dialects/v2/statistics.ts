import type { Clock } from "../../../../protocol/kernel/clock.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import type { Timings } from "../../../../protocol/messages/prediction.ts";

const NANOSECONDS_PER_MS = 1_000_000;

/** A number of events, and the time that they took together. */
interface Duration {
  count: number;
  ns: number;
}

interface Counted {
  lastInference: number;
  readonly success: Duration;
  readonly fail: Duration;
  readonly queue: Duration;
  readonly computeInput: Duration;
  readonly computeInfer: Duration;
  readonly computeOutput: Duration;
}

/** Requests to infer by model, since the master started. */
export class Statistics {
  readonly #clock: Clock;
  readonly #byModel = new Map<string, Counted>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts one request for `model`, which began at `startMs` of the monotonic clock; `timings` are
   * `null` if it failed.
   */
  record(model: string, { startMs, timings }: { startMs: number; timings: Timings | null }): void {
    const counted = this.#of(model);
    const tookMs = this.#clock.nowMs() - startMs;
    add(timings === null ? counted.fail : counted.success, tookMs);
    if (timings === null) return;
    counted.lastInference = this.#clock.wallMs();
    const { decodeMs, prepareMs, inferMs, interpretMs, drawMs, encodeMs, totalMs } = timings;
    add(counted.queue, Math.max(0, tookMs - totalMs));
    add(counted.computeInput, decodeMs + prepareMs);
    add(counted.computeInfer, inferMs);
    add(counted.computeOutput, interpretMs + drawMs + encodeMs);
  }

  /** Returns the statistics of `name@version` in Triton's form. */
  listing(model: string): Record<string, unknown> {
    const [name, version] = model.split("@");
    const { lastInference, success, fail, queue, computeInput, computeInfer, computeOutput } =
      this.#byModel.get(model) ??
        nothingCounted();
    return {
      name,
      version,
      last_inference: lastInference,
      inference_count: success.count,
      execution_count: success.count,
      inference_stats: {
        success,
        fail,
        queue,
        compute_input: computeInput,
        compute_infer: computeInfer,
        compute_output: computeOutput,
        cache_hit: nothing(),
        cache_miss: nothing(),
      },
      batch_stats: [],
    };
  }

  #of(model: string): Counted {
    const known = this.#byModel.get(model);
    if (known !== undefined) return known;
    const [oldest] = this.#byModel.keys();
    if (this.#byModel.size >= LIMITS.modelsMax) this.#byModel.delete(oldest);
    const counted = nothingCounted();
    this.#byModel.set(model, counted);
    return counted;
  }
}

function nothing(): Duration {
  return { count: 0, ns: 0 };
}

function nothingCounted(): Counted {
  return {
    lastInference: 0,
    success: nothing(),
    fail: nothing(),
    queue: nothing(),
    computeInput: nothing(),
    computeInfer: nothing(),
    computeOutput: nothing(),
  };
}

function add(duration: Duration, ms: number): void {
  duration.count++;
  duration.ns += Math.round(ms * NANOSECONDS_PER_MS);
}
