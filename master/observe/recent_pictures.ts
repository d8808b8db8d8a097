import type { Status } from "../../protocol/http_api/status_api.ts";

/** Answers that the figures are of. */
const ANSWERS_MAX = 512;
/** Time over which the rate is taken, in seconds. */
const RATE_SECONDS = 60;

/** The end of a picture, and where its time went. */
export interface AnsweredPicture {
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
  /** From acceptance to answer. */
  readonly totalMs: number;
  /** From acceptance to the first assignment; all of it if there was none. */
  readonly queueMs: number;
  /** On a worker; `null` unless it was recognised. */
  readonly nodeMs: number | null;
}

/** The newest answers of a master, for people who look at it now. */
export class RecentPictures {
  #answered = 0;
  readonly #failed = new Map<string, number>();
  readonly #newest: (AnsweredPicture & { readonly nodeMs: number })[] = [];
  /** Answers of each of the last seconds, by the second modulo their number. */
  readonly #seconds = Array.from({ length: RATE_SECONDS }, () => ({ second: -1, count: 0 }));
  readonly #startedMs: number;

  constructor(nowMs: number) {
    this.#startedMs = nowMs;
  }

  add(picture: AnsweredPicture, nowMs: number): void {
    const { outcome, nodeMs } = picture;
    this.#answered++;
    if (nodeMs === null) this.#failed.set(outcome, (this.#failed.get(outcome) ?? 0) + 1);
    else this.#newest.push({ ...picture, nodeMs });
    if (this.#newest.length > ANSWERS_MAX) this.#newest.shift();
    const second = Math.floor(nowMs / 1_000);
    const bucket = this.#seconds[second % RATE_SECONDS];
    bucket.count = bucket.second === second ? bucket.count + 1 : 1;
    bucket.second = second;
  }

  /** Returns the number of all answers and of refusals, and the rate of the last minute. */
  counts(nowMs: number): Pick<Status["pictures"], "answered" | "failed" | "perSecond"> {
    const now = Math.floor(nowMs / 1_000);
    const recent = this.#seconds.filter(({ second }) => second > now - RATE_SECONDS);
    const seconds = Math.min(RATE_SECONDS, Math.max(1, (nowMs - this.#startedMs) / 1_000));
    const perSecond = recent.reduce((sum, { count }) => sum + count, 0) / seconds;
    return { answered: this.#answered, failed: Object.fromEntries(this.#failed), perSecond };
  }

  /** Returns where the time of the newest answers went; `null` if there are none. */
  latency(): Status["latency"] {
    if (this.#newest.length === 0) return null;
    const at = (share: number, values: readonly number[]) =>
      values.toSorted((one, other) => one - other)[Math.ceil(share * values.length) - 1];
    const totals = this.#newest.map(({ totalMs }) => totalMs);
    const ways = this.#newest.map(({ totalMs, queueMs, nodeMs }) => Math.max(0, totalMs - queueMs - nodeMs));
    return {
      count: totals.length,
      p50Ms: at(0.5, totals),
      p95Ms: at(0.95, totals),
      queueMs: at(0.5, this.#newest.map(({ queueMs }) => queueMs)),
      wayMs: at(0.5, ways),
      nodeMs: at(0.5, this.#newest.map(({ nodeMs }) => nodeMs)),
    };
  }
}
