import type { RolloutRecord, RolloutSettings, RolloutStage } from "../../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Prediction } from "../../../protocol/messages/prediction.ts";

/** Measurements kept of each version: a median of more says no more. */
const SAMPLES_MAX = 256;

/** What a rollout is; never changes. */
export interface RolloutSpec {
  readonly rolloutId: string;
  /** Of the model, without a version. */
  readonly name: string;
  readonly from: Digest;
  readonly to: Digest;
  /** Whether the master began it by itself. */
  readonly automatic: boolean;
  readonly settings: RolloutSettings;
  /** Milliseconds since the Unix epoch. */
  readonly startedMs: number;
}

/** One rollout that runs: `fetching` -> `testing` -> `canary`; when it ends, its record remains. */
export interface Rollout {
  readonly spec: RolloutSpec;
  stage: Exclude<RolloutStage, "promoted" | "rolled_back">;
  /** On the monotonic clock; a master that starts again begins the time anew. */
  readonly startedAtMs: number;
  /** Canary pictures that the new version answered, and those that only the old one could. */
  answered: number;
  failed: number;
  lastFailure: string | null;
  compared: number;
  drifted: number;
  worstDrift: number;
  lastDrift: string | null;
  /** Whether the model's own test pictures are on their way. */
  testsBegun: boolean;
  testsPassed: number;
  testFault: string | null;
  /** What one picture took on a worker during the canary: the last of each version. */
  readonly fromMs: number[];
  readonly toMs: number[];
}

/** What a task has to do with a rollout. */
export type RolloutPart =
  /** A user's picture: `onTrial` with the new version, else moved to the old one, `failure` being why if that was the version's fault. */
  | {
    readonly kind: "canary";
    readonly name: string;
    readonly rolloutId: string;
    readonly from: Digest;
    onTrial: boolean;
    failure: string | null;
  }
  /** A canary picture once more, on the old version, for nobody but the comparison with what the new one answered. */
  | { readonly kind: "shadow"; readonly name: string; readonly rolloutId: string; readonly answered: Prediction }
  /** A picture of the model's own. */
  | { readonly kind: "test"; readonly name: string; readonly rolloutId: string; readonly index: number };

/** A rollout that was just begun. */
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

/** What is known of a rollout that the ledger remembers as running. */
export function specOf(name: string, record: RolloutRecord): RolloutSpec {
  const { rolloutId, fromDigest: from, toDigest: to, automatic, settings, startedMs } = record;
  return { rolloutId, name, from, to, automatic, settings, startedMs };
}

/** Keeps one more measurement, in place of the oldest when there are many. */
export function addSample(samples: number[], sample: number): void {
  samples.push(sample);
  if (samples.length > SAMPLES_MAX) samples.shift();
}

/** The middle one; null of none. */
export function medianOf(samples: readonly number[]): number | null {
  if (samples.length === 0) return null;
  const sorted = [...samples].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
