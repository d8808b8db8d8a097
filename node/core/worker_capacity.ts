import type { ModelState, NodeState } from "./state.ts";

/** What waits in a worker behind other work waits no longer than this. */
const BEHIND_MS = 2;
/** A worker is given so many at once, however quick they are. */
const TOGETHER_MAX = 8;
/** Sums of eighths, sevenths, … are not exact. */
const ROUNDING = 1e-9;

/**
 * How many attempts of a model a worker is given at once: one, unless they are so quick that handing over the next one takes
 * a good part of the time that it runs.
 */
export function togetherOf({ measured }: Pick<ModelState, "measured">): number {
  const behind = Math.floor((measured?.imagesPerSecond ?? 0) * BEHIND_MS / 1_000);
  return Math.max(1, Math.min(TOGETHER_MAX, behind));
}

/** Whether the workers have room for one more attempt beside those that hold them. */
export function hasRoomFor(state: NodeState, model: ModelState): boolean {
  let held = 0;
  for (const { phase, assign } of state.attempts.values()) {
    if (phase === "running" || phase === "abandoned") held += shareOf(state.models.get(assign.manifestDigest));
  }
  return held + shareOf(model) <= state.limits.slots + ROUNDING;
}

/** The part of a worker that an attempt holds. */
function shareOf(model: ModelState | undefined): number {
  return model === undefined ? 1 : 1 / togetherOf(model);
}
