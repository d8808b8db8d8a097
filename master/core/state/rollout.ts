import type { RolloutRecord, RolloutSettings, RolloutStage } from "../../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Prediction } from "../../../protocol/messages/prediction.ts";

/** Limit of measurements kept per version; the median of more would tell nothing new. */
const SAMPLES_MAX = 256;

/** Immutable description of a rollout. */
export interface RolloutSpec {
  readonly rolloutId: string;
  /** Name of the model, without a version. */
  readonly name: string;
  readonly from: Digest;
  readonly to: Digest;
  /** True if the master began the rollout itself. */
  readonly automatic: boolean;
  readonly settings: RolloutSettings;
  /** Start, in milliseconds since the Unix epoch. */
  readonly startedMs: number;
}

/**
 * Running rollout. Its stages are `fetching` -> `testing` -> `canary`; only its record remains when
 * it ends.
 */
export interface Rollout {
  readonly spec: RolloutSpec;
  stage: Exclude<RolloutStage, "promoted" | "rolled_back">;
  /** Start on the monotonic clock; a restart of the master sets it anew. */
  readonly startedAtMs: number;
  /**
   * Canary pictures that the new version answered (`answered`), and those that only the old version
   * could answer (`failed`).
   */
  answered: number;
  failed: number;
  lastFailure: string | null;
  compared: number;
  drifted: number;
  worstDrift: number;
  lastDrift: string | null;
  /** True once the model's own test pictures were submitted. */
  testsBegun: boolean;
  testsPassed: number;
  testFault: string | null;
  /**
   * Service times of single pictures on a worker during the canary, the most recent ones of each
   * version, in milliseconds.
   */
  readonly fromMs: number[];
  readonly toMs: number[];
}

/** Role of a task in a rollout. */
export type RolloutPart =
  /**
   * Picture of a user. `onTrial` is true while the new version has it; after the move to the old
   * version `failure` is the reason if the new version was at fault, otherwise `null`.
   */
  | {
    readonly kind: "canary";
    readonly name: string;
    readonly rolloutId: string;
    readonly from: Digest;
    onTrial: boolean;
    failure: string | null;
  }
  /**
   * Repetition of a canary picture on the old version, only to compare its result with the answer
   * of the new version.
   */
  | { readonly kind: "shadow"; readonly name: string; readonly rolloutId: string; readonly answered: Prediction }
  /** Test picture of the model itself. */
  | { readonly kind: "test"; readonly name: string; readonly rolloutId: string; readonly index: number };

/** Returns a rollout that has just begun. */
export function createRollout(spec: RolloutSpec, options: { atMs: number }): Rollout {
  return {
    spec,
    stage: "fetching",
    startedAtMs: options.atMs,
    answered: 0,
    failed: 0,
    lastFailure: null,
    compared: 0,
    drifted: 0,
    worstDrift: 0,
    lastDrift: null,
    testsBegun: false,
    testsPassed: 0,
    testFault: null,
    fromMs: [],
    toMs: [],
  };
}

/** Returns the description of a rollout that the ledger holds as running. */
export function specOf(name: string, record: RolloutRecord): RolloutSpec {
  const { rolloutId, fromDigest: from, toDigest: to, automatic, settings, startedMs } = record;
  return { rolloutId, name, from, to, automatic, settings, startedMs };
}

/** Adds a measurement; drops the oldest one once there are too many. */
export function addSample(samples: number[], sample: number): void {
  samples.push(sample);
  if (samples.length > SAMPLES_MAX) samples.shift();
}

/** Returns the median of `samples`, or `null` if there are none. */
export function medianOf(samples: readonly number[]): number | null {
  if (samples.length === 0) return null;
  const sorted = [...samples].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
