import type { LatestMoved, RolloutBegun, RolloutEnded, VersionPinned, VersionRemoved } from "./rollout_event.ts";
import type { FleetEvent } from "./fleet_event.ts";
import type { MasterEvent, ModelRegistered } from "./event.ts";
import type { NodeForgotten, NodeJudged, NodeRecorded, NodeSeen } from "./node_event.ts";

/** Events that the ledger keeps. */
export type DurableEvent =
  | NodeRecorded
  | NodeJudged
  | NodeSeen
  | NodeForgotten
  | ModelRegistered
  | LatestMoved
  | VersionPinned
  | VersionRemoved
  | RolloutBegun
  | RolloutEnded
  | FleetEvent;

/** Returns true if `event` belongs in the ledger before any of its effects is carried out. */
export function isDurable(event: MasterEvent): event is DurableEvent {
  switch (event.type) {
    case "node_recorded":
    case "node_judged":
    case "node_seen":
    case "node_forgotten":
    case "model_registered":
    case "latest_moved":
    case "version_pinned":
    case "version_removed":
    case "rollout_begun":
    case "rollout_ended":
    case "labels_changed":
    case "requirement_stated":
    case "requirement_dropped":
    case "model_bound":
      return true;
    default:
      return false;
  }
}
