import { backoffMs } from "../../protocol/kernel/backoff.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { RepeatFilter } from "../../protocol/kernel/logs/repeat_filter.ts";
import type { Ending } from "../../protocol/transport/peer.ts";

/**
 * Refusals that a retry does not change, unless something between node and master answered in its
 * place. `node_duplicate` is not among them: the other node may leave, or may be this node itself
 * on an old connection whose end the master has not detected yet.
 */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  "unauthorized",
  "forbidden",
  "protocol_version",
  "usage",
  "master_untrusted",
  "tls_required",
  "node_removed",
]);

/** Refusals of the key or the token, with which a master says that it does not want this node. */
const KEY_REFUSALS: ReadonlySet<ErrorCode> = new Set(["unauthorized", "forbidden", "node_removed"]);

/** The decision after the end of a connection, or after an attempt that made none. */
export type NextAttempt =
  | { readonly kind: "giveUp" }
  | {
    readonly kind: "retry";
    readonly retryInMs: number;
    /** True if the ending is a refusal of a node that was accepted before. */
    readonly isRefusal: boolean;
    /** True if the same refusal, or that the node waits, was reported within the last minute. */
    readonly isRepeated: boolean;
  };

/** One end of a connection, or of an attempt that made none. */
export interface ConnectionEnd {
  /** True if the master had accepted the node on this connection. */
  readonly wasOpen: boolean;
  /** True if the other side spoke the control protocol, which only a master does. */
  readonly isFromMaster?: boolean;
}

/**
 * Decides whether and when a node connects again. A refusal ends a node that was never accepted,
 * so that a wrong token or address is reported at once. A node that was accepted before retries
 * even then: its settings were right, so what answered may be a captive portal, a proxy, or a
 * damaged message. If it was the master itself that refused the key (it was restored from an old
 * backup, or an admin has removed the node), the node tries less and less often. A node that waits
 * for approval asks every second.
 */
export class ReconnectPolicy {
  readonly #random: Random;
  readonly #filter: RepeatFilter;
  readonly #hasJoined: boolean;
  #failures = 0;
  #wasAccepted = false;

  /** `hasJoined` is true if an earlier process of this node was accepted by the same master. */
  constructor({ random, clock, hasJoined = false }: { random: Random; clock: Clock; hasJoined?: boolean }) {
    this.#random = random;
    this.#filter = new RepeatFilter(clock);
    this.#hasJoined = hasJoined;
  }

  /**
   * Returns what follows `ending`. The delay starts again after a connection on which the node was
   * accepted, unless a refusal ended it: a master that accepts and then refuses is not asked more
   * and more often.
   */
  afterEnding(ending: Ending, { wasOpen, isFromMaster = false }: ConnectionEnd): NextAttempt {
    this.#wasAccepted ||= wasOpen;
    const isRefusal = REFUSALS.has(ending.code);
    const isOfKey = isFromMaster && KEY_REFUSALS.has(ending.code);
    const wasAccepted = this.#wasAccepted || (isOfKey && this.#hasJoined);
    if (isRefusal && !wasAccepted) return { kind: "giveUp" };
    const isWaiting = ending.code === "approval_pending";
    if (isWaiting) this.#failures = 0;
    else this.#failures = wasOpen && !isRefusal ? 1 : this.#failures + 1;
    const maxMs = isOfKey ? LIMITS.refusedRetryMaxMs : LIMITS.reconnectMaxMs;
    return {
      kind: "retry",
      retryInMs: isWaiting ? LIMITS.approvalRetryMs : backoffMs(this.#failures, { random: this.#random, maxMs }),
      isRefusal,
      isRepeated: (isRefusal || isWaiting) && !this.#filter.isNew(`${ending.code} ${ending.reason}`),
    };
  }
}
