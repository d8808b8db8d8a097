import { encodeManifest, type Manifest, modelName } from "../../models/manifest.ts";
import type { RolloutRecord, RolloutSettings } from "../../protocol/http_api/rollout_api.ts";
import { DEFAULT_ROLLOUT } from "../../master/models/rollout_settings.ts";
import { type RolloutSpec, specOf } from "../../master/core/state/rollout.ts";

/** Settings of a quick rollout for tests. */
export function settingsOf(overrides: Partial<RolloutSettings> = {}): RolloutSettings {
  return { ...DEFAULT_ROLLOUT, canaryTasks: 4, compare: false, deadlineMs: 60_000, ...overrides };
}

/** Returns the event with which the ledger records the start of a rollout. */
export function recordOf(
  rolloutId: string,
  { from, to, startedMs = 1_000 }: { from: Manifest; to: Manifest; startedMs?: number },
): RolloutRecord {
  return {
    rolloutId,
    from: modelName(from),
    to: modelName(to),
    fromDigest: encodeManifest(from).digest,
    toDigest: encodeManifest(to).digest,
    automatic: false,
    settings: settingsOf(),
    stage: "fetching",
    reason: "It waits.",
    startedMs,
    endedMs: null,
    nodes: { ready: 0, wanted: 1 },
    tests: { passed: 0, total: 0 },
    canary: { answered: 0, failed: 0, lastFailure: null },
    comparisons: { made: 0, drifted: 0, worstDrift: 0, lastDrift: null },
    serviceMs: { from: null, to: 1.5 },
  };
}

/** Returns the settings of the rollout in a record. */
export function specIn(record: RolloutRecord): RolloutSpec {
  return specOf(record.from.split("@")[0], record);
}
