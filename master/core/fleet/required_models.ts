import type { Digest } from "../../../protocol/kernel/digest.ts";
import { type NodeRequirement, parseNodeRequirement } from "../../../protocol/kernel/node_requirement.ts";
import { heldDigests, latestOf, versionOf } from "../state/lineage.ts";
import type { MasterState, ModelState } from "../state/state.ts";
import { isTargeted, type LabelledNode, labelsOf } from "./node_labels.ts";

/** Returns the model that a requirement names; undefined if it is not served. */
export function requiredModel(
  state: MasterState,
  { name, version }: Extract<NodeRequirement, { kind: "model" }>,
): ModelState | undefined {
  return version === null ? latestOf(state, name) : versionOf(state, name, version);
}

/**
 * Returns a function that gives the versions that one node should hold: those that every node
 * holds, and those that are required of this node.
 */
export function heldByEach(state: MasterState): (node: LabelledNode) => ReadonlySet<Digest> {
  const common = heldDigests(state);
  const required = [...state.fleet.requirements.values()].flatMap(({ target, requirement }) => {
    const parsed = parseNodeRequirement(requirement);
    const model = parsed?.kind === "model" ? requiredModel(state, parsed) : undefined;
    return model === undefined ? [] : [{ target, digest: model.manifest.digest }];
  });
  // This runs several times a second for every node, so labels are looked at only if they matter.
  const needsLabels = required.some(({ target }) => target.kind === "label");
  return (node) => {
    const labels = needsLabels ? labelsOf(state, node) : [];
    const own = required.filter(({ target }) => isTargeted(target, { nodeId: node.nodeId, labels }));
    return own.length === 0 ? common : new Set([...common, ...own.map(({ digest }) => digest)]);
  };
}
