import type { RolloutSpec } from "../state/rollout.ts";
import type { MasterState } from "../state/state.ts";

/** How the nodes stand to a version that is rolled out. Those that lack what it needs do not count. */
export interface Readiness {
  readonly ready: number;
  /** How many must be. */
  readonly wanted: number;
  /** How many may still become ready with nobody's doing. */
  readonly coming: number;
  /** What the last node said that can never run it. */
  readonly fault: string | null;
}

/** Wanted is what was said, or as many as serve the old version now and can run the new one; at least one. */
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
