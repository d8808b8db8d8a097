import type { RequirementTarget } from "../../../protocol/http_api/fleet_api.ts";
import { requirementSubject } from "../../../protocol/kernel/node_requirement.ts";

/** One standing requirement on nodes, kept until an admin drops it. */
export interface StandingRequirement {
  readonly target: RequirementTarget;
  /** The requirement in words, such as `faces@2` or `memory=4GiB`. */
  readonly requirement: string;
  /** Milliseconds since the Unix epoch. */
  readonly sinceMs: number;
}

/** The labels that an admin has set on one node, by key; `null` for a label that was removed. */
export type LabelChanges = ReadonlyMap<string, string | null>;

/** The part of the state that admins decide about nodes as a group. */
export interface FleetState {
  /** Labels that an admin has set or removed, by node id. */
  readonly labels: Map<string, LabelChanges>;
  /** Requirements by {@linkcode requirementKey}, in the order in which they were first stated. */
  readonly requirements: Map<string, StandingRequirement>;
  /** Labels of the nodes that may have a model, by its name; no entry if every node may. */
  readonly bindings: Map<string, readonly string[]>;
}

/** Creates the state of a master whose admin has decided nothing yet. */
export function createFleet(): FleetState {
  return { labels: new Map(), requirements: new Map(), bindings: new Map() };
}

/** Returns a key that the requirements on one subject of the same nodes share. */
export function requirementKey({ target, requirement }: Pick<StandingRequirement, "target" | "requirement">): string {
  return `${targetKey(target)} ${requirementSubject(requirement)}`;
}

function targetKey(target: RequirementTarget): string {
  switch (target.kind) {
    case "all":
      return "all";
    case "label":
      return `label ${target.label}`;
    case "node":
      return `node ${target.nodeId}`;
  }
}
