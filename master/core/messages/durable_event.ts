import type { LatestMoved, RolloutBegun, RolloutEnded, VersionPinned, VersionRemoved } from "./rollout_event.ts";
import type { MasterEvent, ModelRegistered, NodeForgotten, NodeRecorded, NodeSeen } from "./event.ts";

/** Events that the ledger keeps. */
export type DurableEvent =
  | NodeRecorded
  | NodeSeen
  | NodeForgotten
  | ModelRegistered
  | LatestMoved
  | VersionPinned
  | VersionRemoved
  | RolloutBegun
  | RolloutEnded;

/** Returns true if `event` belongs in the ledger before any of its effects is carried out. */
export function isDurable(event: MasterEvent): event is DurableEvent {
  switch (event.type) {
    case "node_recorded":
    case "node_seen":
    case "node_forgotten":
    case "model_registered":
    case "latest_moved":
    case "version_pinned":
    case "version_removed":
    case "rollout_begun":
    case "rollout_ended":
      return true;
    default:
      return false;
  }
}
