import type { RolloutSpec } from "../state/rollout.ts";
import type { MasterState } from "../state/state.ts";

/**
 * Readiness of the nodes for a version that is rolled out. Nodes that do not meet its requirements
 * do not count.
 */
export interface Readiness {
  readonly ready: number;
  /** Number of nodes that must be ready. */
  readonly wanted: number;
  /** Number of nodes that may still become ready without any intervention. */
  readonly coming: number;
  /** Reason from the last node that can never run the version; `null` if there is none. */
  readonly fault: string | null;
}

/**
 * Returns the readiness of the nodes for version `to`. The wanted number is `minNodes` or, if that
 * is not set, the number of nodes that serve the old version now and can run the new one; at least
 * one.
 */
export function readinessOf(
  state: MasterState,
  { from, to, settings }: Pick<RolloutSpec, "from" | "to" | "settings">,
): Readiness {
  let ready = 0;
  let coming = 0;
  let serving = 0;
  let fault: string | null = null;
  for (const { connection } of state.nodes.values()) {
    if (connection === null || connection.draining) continue;
    const status = connection.models.get(to);
    if (status?.state === "unsuitable") {
      fault ??= status.reason;
      continue;
    }
    if (connection.models.get(from)?.state === "ready") serving++;
    if (status?.state === "ready") ready++;
    else if (status?.state === "failed" && !status.retryable) fault = status.reason;
    else coming++;
  }
  return { ready, wanted: Math.max(1, settings.minNodes ?? serving), coming, fault };
}
