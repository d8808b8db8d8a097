import type { RolloutRequest, RolloutSettings } from "../../protocol/http_api/rollout_api.ts";

/** Settings of a rollout for everything that the request leaves out. */
export const DEFAULT_ROLLOUT: RolloutSettings = {
  canary: 0.2,
  maxError: 0.01,
  maxSlowdown: 1.5,
  compare: true,
  maxDrift: 0.1,
  minNodes: null,
  canaryTasks: 20,
  deadlineMs: 600_000,
  tests: [],
};

/** Returns the requested settings, with the defaults for the rest. */
export function settingsOf({ version: _, ...requested }: RolloutRequest): RolloutSettings {
  return { ...DEFAULT_ROLLOUT, ...requested };
}
