import type { Candidate, Explanation } from "../../../protocol/http_api/explanation_api.ts";
import { expectedMs, serviceMsOf } from "../scheduler/rank.ts";
import type { MasterState, ModelState, NodeState } from "../state/state.ts";
import { placementOf } from "./placement.ts";

/**
 * Returns where the next picture of `model` would go, and why not elsewhere: the nodes that can take
 * it in the order in which the scheduler prefers them, then the others. Nodes with equal times are
 * shuffled for each picture.
 */
export function explanationOf(
  state: MasterState,
  model: ModelState,
  { gallery }: { gallery: string | null },
): Explanation {
  const nodes = placementOf(state, model, { gallery }).map((placement): Candidate => {
    const node = state.nodes.get(placement.nodeId);
    return { ...placement, ...timesOf(node, model, { canTake: placement.obstacle === null }) };
  });
  nodes.sort((one, other) => (one.expectedMs ?? Infinity) - (other.expectedMs ?? Infinity) || 0);
  return { model: model.name, gallery, waiting: model.waiting.size, nodes };
}

function timesOf(
  node: NodeState | undefined,
  model: ModelState,
  { canTake }: { canTake: boolean },
): Pick<Candidate, "workers" | "held" | "serviceMs" | "expectedMs"> {
  const connection = node?.connection ?? null;
  const workers = node?.record.capabilities.workers ?? 0;
  const loaded = connection?.models.get(model.manifest.digest);
  const serviceMs = loaded?.state === "ready" ? serviceMsOf(loaded) : null;
  const isNext = canTake && connection !== null && serviceMs !== null;
  return {
    workers,
    held: connection?.attempts.size ?? 0,
    serviceMs,
    expectedMs: isNext ? expectedMs(connection, { workers, serviceMs }) : null,
  };
}
