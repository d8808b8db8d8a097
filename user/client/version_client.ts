import type { Collected, LineageListing, RolloutRecord, RolloutRequest } from "../../protocol/http_api/rollout_api.ts";

/** What whoever runs a cluster can do about the versions of its models. Every method throws `DmlError`. */
export interface VersionClient {
  /** The versions of `name`, which is the latest, what is rolled out and what was. */
  rollouts(name: string): Promise<LineageListing>;
  /** Begins a rollout; it goes on by itself. */
  rollOut(name: string, request: RolloutRequest): Promise<RolloutRecord>;
  /** What was done, for people, as of the three that follow. */
  rollBack(name: string): Promise<string>;
  /** `name@version`. */
  pin(version: string, pinned: boolean): Promise<string>;
  remove(version: string): Promise<string>;
  /** Deletes files that nothing needs. */
  collect(): Promise<Collected>;
}
