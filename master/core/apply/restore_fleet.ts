import type { LabelChange } from "../../../protocol/http_api/fleet_api.ts";
import type { StandingRequirement } from "../state/fleet.ts";
import type { MasterState } from "../state/state.ts";
import { apply } from "./apply.ts";

/** Labels, requirements and bindings as a ledger holds them. */
export interface FleetRecord {
  readonly labels: readonly { readonly nodeId: string; readonly change: LabelChange }[];
  /** In the order in which they were first stated. */
  readonly requirements: readonly StandingRequirement[];
  readonly bindings: readonly { readonly name: string; readonly labels: readonly string[] }[];
}

/** Applies labels, requirements and bindings to a state whose nodes and models are restored. */
export function restoreFleet(state: MasterState, { labels, requirements, bindings }: FleetRecord): void {
  for (const { nodeId, change } of labels) apply(state, { type: "labels_changed", nodeId, change });
  for (const stated of requirements) apply(state, { type: "requirement_stated", stated });
  for (const { name, labels } of bindings) apply(state, { type: "model_bound", name, labels });
}
