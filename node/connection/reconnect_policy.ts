import { backoffMs } from "../../protocol/kernel/backoff.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { RepeatFilter } from "../../protocol/kernel/repeat_filter.ts";
import type { Ending } from "../../protocol/transport/peer.ts";

/**
 * Refusals that a retry does not change, unless something between node and master answered in its
 * place. `node_duplicate` is not among them: the other node may leave, or may be this node itself
 * on an old connection whose end the master has not detected yet.
 */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["unauthorized", "forbidden", "protocol_version", "usage"]);

/** The decision after the end of a connection, or after an attempt that made none. */
export type NextAttempt =
  | { readonly kind: "giveUp" }
  | {
    readonly kind: "retry";
    readonly retryInMs: number;
    /** True if the ending is a refusal of a node that was accepted before. */
    readonly isRefusal: boolean;
    /** True if the same refusal was reported within the last minute. */
    readonly isRepeated: boolean;
  };

/**
 * Decides whether and when a node connects again. A refusal ends a node that was never accepted,
 * so that a wrong token or address is reported at once. A node that was accepted before retries
 * even then: its settings were right, so what answered may be a captive portal, a proxy, or a
 * damaged message.
 */
export class ReconnectPolicy {
  readonly #random: Random;
  readonly #filter: RepeatFilter;
  #failures = 0;
  #wasAccepted = false;

  constructor({ random, clock }: { random: Random; clock: Clock }) {
    this.#random = random;
    this.#filter = new RepeatFilter(clock);
  }

  /**
   * Returns what follows `ending`; `wasOpen` is true if the master had accepted the node on this
   * connection. The delay starts again after such a connection, unless a refusal ended it: a master
   * that accepts and then refuses is not asked more and more often.
   */
  afterEnding(ending: Ending, { wasOpen }: { wasOpen: boolean }): NextAttempt {
    this.#wasAccepted ||= wasOpen;
    const isRefusal = REFUSALS.has(ending.code);
    if (isRefusal && !this.#wasAccepted) return { kind: "giveUp" };
    this.#failures = wasOpen && !isRefusal ? 1 : this.#failures + 1;
    return {
      kind: "retry",
      retryInMs: backoffMs(this.#failures, { random: this.#random }),
      isRefusal,
      isRepeated: isRefusal && !this.#filter.isNew(`${ending.code} ${ending.reason}`),
    };
  }
}
