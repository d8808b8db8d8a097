import type { LabelChange, RequirementChange } from "../../../protocol/http_api/fleet_api.ts";

/** Base of the commands whose sender waits for the outcome, under `commandId`. */
interface Asked {
  readonly commandId: string;
}

/** Request to set and remove labels of a node. */
export interface ChangeLabels extends Asked {
  readonly type: "change_labels";
  readonly nodeId: string;
  readonly change: LabelChange;
}

/** Request to require something of nodes from now on, or no longer. */
export interface ChangeRequirement extends Asked {
  readonly type: "change_requirement";
  readonly change: RequirementChange;
}

/** Request to give a model only to nodes with these labels; to every node if there are none. */
export interface BindModel extends Asked {
  readonly type: "bind_model";
  readonly name: string;
  readonly labels: readonly string[];
}

/** Commands about nodes as a group. */
export type FleetCommand = ChangeLabels | ChangeRequirement | BindModel;
