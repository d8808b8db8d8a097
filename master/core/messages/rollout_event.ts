import type { RolloutRecord } from "../../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Rollout, RolloutSpec } from "../state/rollout.ts";

/** The bare name of a model means another version from now on. Durable. */
export interface LatestMoved {
  readonly type: "latest_moved";
  readonly name: string;
  readonly to: Digest;
  /** What `rollback` goes back to from there. */
  readonly previous: Digest | null;
}

/** A version is held on the nodes whatever else happens, or no longer. Durable. */
export interface VersionPinned {
  readonly type: "version_pinned";
  readonly manifestDigest: Digest;
  readonly pinned: boolean;
}

/** A version is not served any more. Durable. */
export interface VersionRemoved {
  readonly type: "version_removed";
  readonly manifestDigest: Digest;
  readonly atWallMs: number;
}

/** Durable. */
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

/** It was promoted (`latest_moved` came before this) or rolled back. Durable. */
export interface RolloutEnded {
  readonly type: "rollout_ended";
  readonly name: string;
  readonly record: RolloutRecord;
}

/** The model's own test pictures are on their way. */
export interface TestsBegun {
  readonly type: "tests_begun";
  readonly name: string;
}

/** One of them came back. */
export interface TestFinished {
  readonly type: "test_finished";
  readonly name: string;
  /** What is wrong with the answer; null when it is as expected. */
  readonly fault: string | null;
}

/** A user's picture on the new version had its answer, or had it from the old version after failing on the new one. */
export interface CanaryObserved {
  readonly type: "canary_observed";
  readonly name: string;
  /** Null when the new version answered. */
  readonly failure: string | null;
}

/** Both versions looked at the same picture. */
export interface PredictionCompared {
  readonly type: "prediction_compared";
  readonly name: string;
  /** 0: the same; 1: nothing in common. */
  readonly drift: number;
  readonly isDrifted: boolean;
  /** What differs most, for people. */
  readonly what: string;
}

/** A canary picture goes to the old version; its live attempts ended before this. */
export interface TaskMoved {
  readonly type: "task_moved";
  readonly taskId: string;
  /** Why, when it is the new version's fault. */
  readonly failure: string | null;
}

/** A node needs not hold a version any longer. */
export interface ModelRetired {
  readonly type: "model_retired";
  readonly nodeId: string;
  readonly manifestDigest: Digest;
  /** Whether the node has it and is to be told. */
  readonly held: boolean;
}

/** Every connected node has been offered what it is to hold. */
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
