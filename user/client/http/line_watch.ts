import type { Clock } from "../../../protocol/kernel/clock.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { sleep } from "../../../protocol/kernel/sleep.ts";
import { StallWatch } from "../../../protocol/kernel/stall_watch.ts";

/** Ports of {@linkcode LineWatch}. */
export interface LineWatchOptions {
  readonly clock: Clock;
  /** Asks the master for a sign of life, on a connection that carries nothing else. */
  readonly ask: (signal: AbortSignal) => Promise<void>;
  /** Called once the line is silent, before the requests that wait on it are aborted. */
  readonly onSilent: () => void;
}

/** A request that waits for its answer while the line is watched. */
export interface WatchedRequest {
  /** Aborts when the line is silent. */
  readonly signal: AbortSignal;
  /** Ends the watch over this request. Must be called once. */
  readonly end: () => void;
}

/**
 * The heartbeat between a user and a master. While requests wait for answers, the master is asked
 * every `LIMITS.heartbeatIntervalMs` whether it lives. If it has not said so for
 * `LIMITS.deadAfterMs`, all of these requests are aborted: a line that froze looks like a master
 * that computes, and TCP alone would wait for minutes. An answer that takes long does no harm as
 * long as the line is alive.
 */
export class LineWatch {
  readonly #options: LineWatchOptions;
  readonly #waiting = new Set<AbortController>();
  readonly #closed = new AbortController();
  #isRunning = false;
  #lastSignMs = 0;

  constructor(options: LineWatchOptions) {
    this.#options = options;
  }

  /** Watches over one more request. */
  begin(): WatchedRequest {
    const request = new AbortController();
    if (this.#waiting.size === 0) this.#lastSignMs = this.#options.clock.nowMs();
    this.#waiting.add(request);
    if (!this.#isRunning) void this.#run();
    return { signal: request.signal, end: () => void this.#waiting.delete(request) };
  }

  /** Ends the question that is under way. */
  close(): void {
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    this.#isRunning = true;
    while (this.#waiting.size > 0 && !this.#closed.signal.aborted) {
      await this.#askOnce();
      if (clock.nowMs() - this.#lastSignMs >= LIMITS.deadAfterMs) this.#giveUp();
      await sleep(LIMITS.heartbeatIntervalMs, { clock, signal: this.#closed.signal });
    }
    this.#isRunning = false;
  }

  async #askOnce(): Promise<void> {
    const { clock, ask } = this.#options;
    const stallMs = Math.max(0, this.#lastSignMs + LIMITS.deadAfterMs - clock.nowMs());
    const watch = new StallWatch(clock, { stallMs, signals: [this.#closed.signal] });
    // Only the time without an answer counts; the requests themselves say what went wrong.
    const isAlive = await ask(watch.signal).then(() => true, () => false);
    watch.stop();
    if (isAlive) this.#lastSignMs = clock.nowMs();
  }

  #giveUp(): void {
    const requests = [...this.#waiting];
    if (requests.length === 0) return;
    this.#waiting.clear();
    this.#options.onSilent();
    for (const request of requests) request.abort();
  }
}
