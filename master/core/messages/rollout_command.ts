import type { RolloutSettings } from "../../../protocol/http_api/rollout_api.ts";

/** Base of the commands whose sender waits for the outcome, under `commandId`. */
interface Asked {
  readonly commandId: string;
}

/** Request to move the pictures for the latest version to this version, step by step. */
export interface BeginRollout extends Asked {
  readonly type: "begin_rollout";
  readonly rolloutId: string;
  readonly name: string;
  readonly version: number;
  readonly settings: RolloutSettings;
  /**
   * True if the master starts the rollout itself. An automatic rollout never retries a version that
   * was tried before and never replaces a pinned one.
   */
  readonly automatic: boolean;
}

/**
 * Request to return to the previous version. Ends the running rollout if there is one; otherwise
 * moves the latest version back.
 */
export interface RollBack extends Asked {
  readonly type: "roll_back";
  readonly name: string;
}

/** Request to pin a version, which keeps it on the nodes, or to unpin it. */
export interface PinVersion extends Asked {
  readonly type: "pin_version";
  readonly name: string;
  readonly version: number;
  readonly pinned: boolean;
}

/** Request to stop serving a version. */
export interface RemoveVersion extends Asked {
  readonly type: "remove_version";
  readonly name: string;
  readonly version: number;
}

/** Request to stop serving a model that has only one version left. */
export interface RemoveModel extends Asked {
  readonly type: "remove_model";
  readonly name: string;
}

/** Commands about versions. */
export type VersionCommand = BeginRollout | RollBack | PinVersion | RemoveVersion | RemoveModel;
