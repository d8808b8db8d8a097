import type { RolloutSettings } from "../../../protocol/http_api/rollout_api.ts";

/** Somebody waits for what became of it, under this id. */
interface Asked {
  readonly commandId: string;
}

/** Let the pictures for the latest version go to this one, step by step. */
export interface BeginRollout extends Asked {
  readonly type: "begin_rollout";
  readonly rolloutId: string;
  readonly name: string;
  readonly version: number;
  readonly settings: RolloutSettings;
  /** Whether the master does it by itself: then it is not tried again what was tried, nor what is pinned replaced. */
  readonly automatic: boolean;
}

/** Back to the version before: ends what is rolled out, else moves the latest version back. */
export interface RollBack extends Asked {
  readonly type: "roll_back";
  readonly name: string;
}

/** Hold a version on the nodes, or no longer. */
export interface PinVersion extends Asked {
  readonly type: "pin_version";
  readonly name: string;
  readonly version: number;
  readonly pinned: boolean;
}

/** Do not serve a version any more. */
export interface RemoveVersion extends Asked {
  readonly type: "remove_version";
  readonly name: string;
  readonly version: number;
}

/** Do not serve a model any more of which one version is left. */
export interface RemoveModel extends Asked {
  readonly type: "remove_model";
  readonly name: string;
}

/** What the master may be told about versions. */
export type VersionCommand = BeginRollout | RollBack | PinVersion | RemoveVersion | RemoveModel;
