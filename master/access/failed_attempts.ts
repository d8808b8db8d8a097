import { presentedToken } from "../../protocol/http/auth.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** Wrong tokens from one address in a minute that are answered one by one. */
const ATTEMPTS_MAX = 30;
const WINDOW_MS = 60_000;
/** Addresses that are remembered; of more, the one that was first is forgotten. */
const ADDRESSES_MAX = 1_024;

/** The refusal of an address that has sent too many wrong tokens. */
export class TooManyAttempts extends DmlError {
  override name = "TooManyAttempts";
  constructor(readonly retryAfterMs: number) {
    super("too_many_attempts", `This address has sent more than ${ATTEMPTS_MAX} wrong tokens in a minute.`);
  }
}

interface Attempts {
  readonly beganMs: number;
  count: number;
}

/**
 * Counts wrong tokens by the address that they come from. An address with too many learns no more
 * about its tokens until a minute is over. Valid tokens are not counted and never refused, so an
 * address that others share is not locked out.
 */
export class FailedAttempts {
  readonly #clock: Clock;
  readonly #attempts = new Map<string, Attempts>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a refused request and returns the error to answer it with. */
  refuse(error: unknown, { request, remote }: { request: Request; remote: string | null }): unknown {
    const isGuess = error instanceof DmlError && error.code === "unauthorized" && presentedToken(request) !== null;
    if (!isGuess || remote === null) return error;
    const nowMs = this.#clock.nowMs();
    const attempts = this.#attemptsOf(remote, nowMs);
    attempts.count++;
    return attempts.count > ATTEMPTS_MAX ? new TooManyAttempts(attempts.beganMs + WINDOW_MS - nowMs) : error;
  }

  #attemptsOf(remote: string, nowMs: number): Attempts {
    const known = this.#attempts.get(remote);
    if (known !== undefined && nowMs - known.beganMs < WINDOW_MS) return known;
    this.#attempts.delete(remote);
    const [first] = this.#attempts.keys();
    if (this.#attempts.size >= ADDRESSES_MAX) this.#attempts.delete(first);
    const attempts = { beganMs: nowMs, count: 0 };
    this.#attempts.set(remote, attempts);
    return attempts;
  }
}
