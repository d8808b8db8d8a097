import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { MasterState, RefusedOutcome } from "../state/state.ts";
import { serviceMsOf } from "./rank.ts";

/** Longest delay before a retry that a refused user is given. */
const RETRY_AFTER_MS_MAX = 60_000;
/** Shortest such delay; `Retry-After` counts whole seconds. */
const RETRY_AFTER_MS_MIN = 1_000;

/** Returns the reason why no new task of the model is accepted now, or `null` if one is. */
export function refusalOf(state: MasterState, manifestDigest: Digest): RefusedOutcome | null {
  if (state.stopping) {
    return { ok: false, code: "shutting_down", reason: "The master is stopping." };
  }
  if (!state.models.has(manifestDigest)) {
    return { ok: false, code: "model_unknown", reason: `There is no ${manifestDigest}.` };
  }
  if (state.tasks.size < state.settings.tasksQueuedMax) return null;
  return {
    ok: false,
    code: "queue_full",
    reason: `${state.tasks.size} pictures are waiting or running, which is the limit.`,
    retryAfterMs: retryAfterMs(state, manifestDigest),
  };
}

/**
 * Estimates the milliseconds until half of the queued tasks are done, from the measured speed of
 * the nodes that serve the model.
 */
export function retryAfterMs(state: MasterState, manifestDigest: Digest): number {
  let tasksPerMs = 0;
  for (const { connection, record } of state.nodes.values()) {
    const model = connection?.models.get(manifestDigest);
    if (model?.state !== "ready") continue;
    tasksPerMs += record.capabilities.workers / Math.max(serviceMsOf(model), 0.01);
  }
  if (tasksPerMs === 0) return RETRY_AFTER_MS_MAX;
  const halfMs = state.tasks.size / 2 / tasksPerMs;
  return Math.min(RETRY_AFTER_MS_MAX, Math.max(RETRY_AFTER_MS_MIN, Math.ceil(halfMs)));
}
