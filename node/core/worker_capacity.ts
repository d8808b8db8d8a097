import type { ModelState, NodeState } from "./state.ts";

/** Longest time that a task may queue in a worker behind others. */
const QUEUED_MS_MAX = 2;
/** Maximum number of attempts that one worker holds at once, however quick they are. */
const ATTEMPTS_MAX = 8;
/** Tolerance for rounding: sums of fractions such as 1/7 are not exact. */
const ROUNDING = 1e-9;

/**
 * Returns the number of attempts of this model that one worker holds at once: one, unless they are
 * so quick that handing over the next one takes a considerable part of the time it runs.
 */
export function attemptsPerWorker({ measured }: Pick<ModelState, "measured">): number {
  const attempts = Math.floor((measured?.imagesPerSecond ?? 0) * QUEUED_MS_MAX / 1_000);
  return Math.max(1, Math.min(ATTEMPTS_MAX, attempts));
}

/** Returns true if the workers have room for one more attempt of this model. */
export function hasRoomFor(state: NodeState, model: ModelState): boolean {
  let held = 0;
  for (const { phase, assign } of state.attempts.values()) {
    if (phase === "running" || phase === "abandoned") held += shareOf(state.models.get(assign.manifestDigest));
  }
  return held + shareOf(model) <= state.limits.slots + ROUNDING;
}

/** Returns the fraction of a worker that an attempt of this model occupies. */
function shareOf(model: ModelState | undefined): number {
  return model === undefined ? 1 : 1 / attemptsPerWorker(model);
}
