import type { LabelChange, RequirementTarget } from "../../../protocol/http_api/fleet_api.ts";
import type { StandingRequirement } from "../state/fleet.ts";

/** Change of the labels of a node by an admin. Durable. */
export interface LabelsChanged {
  readonly type: "labels_changed";
  readonly nodeId: string;
  readonly change: LabelChange;
}

/** New requirement, which replaces one on the same subject of the same nodes. Durable. */
export interface RequirementStated {
  readonly type: "requirement_stated";
  readonly stated: StandingRequirement;
}

/** End of a requirement. Durable. */
export interface RequirementDropped {
  readonly type: "requirement_dropped";
  readonly target: RequirementTarget;
  readonly requirement: string;
}

/** Binding of a model to nodes with these labels; to every node if there are none. Durable. */
export interface ModelBound {
  readonly type: "model_bound";
  readonly name: string;
  readonly labels: readonly string[];
}

/** Events about nodes as a group, all of which the ledger keeps. */
export type FleetEvent = LabelsChanged | RequirementStated | RequirementDropped | ModelBound;

const TYPES: readonly string[] = [
  "labels_changed",
  "requirement_stated",
  "requirement_dropped",
  "model_bound",
] satisfies FleetEvent["type"][];

/** Returns true if `event` is about nodes as a group. */
export function isFleetEvent<Event extends { readonly type: string }>(
  event: Event,
): event is Extract<Event, FleetEvent> {
  return TYPES.includes(event.type);
}
