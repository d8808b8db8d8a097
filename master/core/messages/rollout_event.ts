import type { RolloutRecord } from "../../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Rollout, RolloutSpec } from "../state/rollout.ts";

/** Change of the version that the bare name of a model refers to. Durable. */
export interface LatestMoved {
  readonly type: "latest_moved";
  readonly name: string;
  readonly to: Digest;
  /** Version that `rollback` returns to from there; `null` if there is none. */
  readonly previous: Digest | null;
}

/** Change of a pin. A pinned version stays on the nodes whatever else happens. Durable. */
export interface VersionPinned {
  readonly type: "version_pinned";
  readonly manifestDigest: Digest;
  readonly pinned: boolean;
}

/** Removal of a version, which is no longer served. Durable. */
export interface VersionRemoved {
  readonly type: "version_removed";
  readonly manifestDigest: Digest;
  readonly atWallMs: number;
}

/** Start of a rollout. Durable. */
export interface RolloutBegun {
  readonly type: "rollout_begun";
  readonly spec: RolloutSpec;
  readonly record: RolloutRecord;
  readonly atMs: number;
}

export interface RolloutAdvanced {
  readonly type: "rollout_advanced";
  readonly name: string;
  readonly stage: Rollout["stage"];
}

/** End of a rollout: a promotion (`latest_moved` came before this) or a rollback. Durable. */
export interface RolloutEnded {
  readonly type: "rollout_ended";
  readonly name: string;
  readonly record: RolloutRecord;
}

/** Submission of the model's own test pictures. */
export interface TestsBegun {
  readonly type: "tests_begun";
  readonly name: string;
}

/** Result of one of the test pictures. */
export interface TestFinished {
  readonly type: "test_finished";
  readonly name: string;
  /** Deviation from the expected answer, as a sentence; `null` if there is none. */
  readonly fault: string | null;
}

/** Answer to a canary picture, by the new version or, after a failure on it, by the old one. */
export interface CanaryObserved {
  readonly type: "canary_observed";
  readonly name: string;
  /** Failure on the new version; `null` if the new version answered. */
  readonly failure: string | null;
}

/** Comparison of the answers of both versions to the same picture. */
export interface PredictionCompared {
  readonly type: "prediction_compared";
  readonly name: string;
  /** Distance between the answers: 0 if they are the same, 1 if they have nothing in common. */
  readonly drift: number;
  readonly isDrifted: boolean;
  /** Largest difference, as a sentence for people. */
  readonly what: string;
}

/** Move of a canary picture to the old version. Its live attempts ended in earlier events. */
export interface TaskMoved {
  readonly type: "task_moved";
  readonly taskId: string;
  /** Failure, if the new version is at fault; otherwise `null`. */
  readonly failure: string | null;
}

/** Release of a version that a node no longer needs to hold. */
export interface ModelRetired {
  readonly type: "model_retired";
  readonly nodeId: string;
  readonly manifestDigest: Digest;
  /** True if the node has the version and must be notified. */
  readonly held: boolean;
}

/** Completion of a reconciliation: every connected node was offered all that it should hold. */
export interface OffersReconciled {
  readonly type: "offers_reconciled";
}

/** Events about versions and rollouts. */
export type RolloutEvent =
  | LatestMoved
  | VersionPinned
  | VersionRemoved
  | RolloutBegun
  | RolloutAdvanced
  | RolloutEnded
  | TestsBegun
  | TestFinished
  | CanaryObserved
  | PredictionCompared
  | TaskMoved
  | ModelRetired
  | OffersReconciled;
