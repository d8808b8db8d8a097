import type { Collected, LineageListing, RolloutRecord, RolloutRequest } from "../../protocol/http_api/rollout_api.ts";

/** Client for the versions of the models of a master. Every method throws `DmlError`. */
export interface VersionClient {
  /** Returns the versions of `name`, the latest one, the current rollout and past ones. */
  rollouts(name: string): Promise<LineageListing>;
  /** Starts a rollout; the master continues it without further requests. */
  rollOut(name: string, request: RolloutRequest): Promise<RolloutRecord>;
  /**
   * Rolls back. Like the next two methods it returns a sentence for the user that says what was
   * done.
   */
  rollBack(name: string): Promise<string>;
  /** Pins or unpins `version`, which is `name@version`. */
  pin(version: string, pinned: boolean): Promise<string>;
  remove(version: string): Promise<string>;
  /** Deletes files that no model needs. */
  collect(): Promise<Collected>;
}
