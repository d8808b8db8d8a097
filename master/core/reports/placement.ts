import type { Placement, RequirementsListing } from "../../../protocol/http_api/fleet_api.ts";
import { isTargeted, labelsOf, unmetBinding } from "../fleet/node_labels.ts";
import { NOTHING_ASKED, type Obstacle, obstacleTo } from "../scheduler/feasible.ts";
import type { MasterState, ModelState, NodeState } from "../state/state.ts";
import { complianceOf } from "./requirement_status.ts";

/** Reasons that are the same for each node, in words. */
const REASONS: Partial<Record<Obstacle, string>> = {
  offline: "It is not connected.",
  suspect: "It has been silent for some seconds.",
  draining: "It takes no new work.",
  unoffered: "It does not hold this version: no name means it, no requirement names it, and no picture asked for it.",
  loading: "It is fetching or loading the model.",
  full: "Its workers are busy.",
  gallery_missing: "It has not yet fetched the people of the gallery.",
};

/** Returns the nodes that the master knows and has not removed. */
function presentNodes({ nodes }: MasterState): NodeState[] {
  return [...nodes.values()].filter(({ record }) => record.standing !== "removed");
}

/**
 * Returns for each node whether it can take a picture of the model now, to be compared with the
 * people of `gallery` if that is not `null`, and why not.
 */
export function placementOf(
  state: MasterState,
  model: ModelState,
  { gallery = null }: { gallery?: string | null } = {},
): Placement[] {
  const task = { manifestDigest: model.manifest.digest, options: { ...NOTHING_ASKED, gallery } };
  return presentNodes(state).map((node) => {
    const obstacle = obstacleTo(task, node, state.settings);
    const { nodeId, name } = node.record;
    return { nodeId, name, obstacle, reason: obstacle && reasonOf(state, { node, model, obstacle }) };
  });
}

function reasonOf(
  state: MasterState,
  { node, model, obstacle }: { node: NodeState; model: ModelState; obstacle: Obstacle },
): string | null {
  const unbound = unmetBinding(state, model.document.name, node.record);
  if (unbound !== null && (obstacle === "unoffered" || obstacle === "offline")) return unbound;
  return REASONS[obstacle] ?? node.connection?.models.get(model.manifest.digest)?.reason ?? null;
}

/** Returns every requirement with the nodes that it is about, and every binding of a model. */
export function listRequirements(state: MasterState): RequirementsListing {
  const { requirements, bindings } = state.fleet;
  const nodes = presentNodes(state).map((node) => {
    const { nodeId, name } = node.record;
    return { node, nodeId, name, labels: labelsOf(state, node.record) };
  });
  return {
    requirements: [...requirements.values()].map(({ target, requirement, sinceMs }) => ({
      target,
      requirement,
      sinceMs,
      nodes: nodes.filter((candidate) => isTargeted(target, candidate))
        .map(({ node, nodeId, name }) => ({ nodeId, name, ...complianceOf(state, node, requirement) })),
    })),
    bindings: [...bindings].map(([model, labels]) => ({ model, labels: [...labels] })),
  };
}
