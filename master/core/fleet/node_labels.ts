import { hasLabel, hasLabels, labelsInForce } from "../../../protocol/kernel/labels.ts";
import type { Capabilities } from "../../../protocol/messages/hello.ts";
import type { RequirementTarget } from "../../../protocol/http_api/fleet_api.ts";
import type { MasterState } from "../state/state.ts";

/** A node, by the facts that decide about its labels. */
export interface LabelledNode {
  readonly nodeId: string;
  readonly capabilities: Pick<Capabilities, "labels">;
}

/** Returns the labels of a node that are in force, sorted. */
export function labelsOf({ fleet }: MasterState, { nodeId, capabilities: { labels = [] } }: LabelledNode): string[] {
  return labelsInForce(labels, fleet.labels.get(nodeId) ?? new Map());
}

/** Returns true if `target` includes the node, which has `labels` in force. */
export function isTargeted(
  target: RequirementTarget,
  { nodeId, labels }: { readonly nodeId: string; readonly labels: readonly string[] },
): boolean {
  switch (target.kind) {
    case "all":
      return true;
    case "label":
      return hasLabel(labels, target.label);
    case "node":
      return target.nodeId === nodeId;
  }
}

/**
 * Returns the reason why a node may not have the model called `name`, as a sentence: the model is
 * bound to labels that the node lacks. Returns `null` if the node may have it.
 */
export function unmetBinding(state: MasterState, name: string, node: LabelledNode): string | null {
  const wanted = state.fleet.bindings.get(name);
  if (wanted === undefined || hasLabels(labelsOf(state, node), wanted)) return null;
  return `It is bound to nodes with the ${wanted.length === 1 ? "label" : "labels"} ${wanted.join(" and ")}.`;
}
