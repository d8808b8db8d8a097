import { invariant } from "../../../protocol/kernel/invariant.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { offerOf } from "./decide_models.ts";
import type { MasterEvent } from "../messages/event.ts";
import { heldByEach } from "../fleet/required_models.ts";
import { unmetBinding } from "../fleet/node_labels.ts";
import type { MasterState, ModelState, Moment, NodeModel, NodeRecord } from "../state/state.ts";

/**
 * Returns the events after which every connected node holds what it should: offers of the wanted
 * models and those with tasks, and retirements of models without a recent request.
 */
export function reconcileOffers(state: MasterState, now: Moment): MasterEvent[] {
  const heldBy = heldByEach(state);
  const events: MasterEvent[] = [];
  for (const { connection, record } of state.nodes.values()) {
    if (connection === null) continue;
    const held = heldBy(record);
    for (const digest of held) {
      const model = state.models.get(digest);
      invariant(model !== undefined, `model ${digest} is not known`);
      const status = connection.models.get(digest);
      if (status === undefined) events.push(offerOf(state, { model, node: record }, now));
      else if (state.offersStale) events.push(...judgeAgain(state, { model, status, node: record }, now));
    }
    for (const [manifestDigest, { state: status }] of connection.models) {
      if (held.has(manifestDigest) || isRecent(state, manifestDigest, now)) continue;
      const { nodeId } = record;
      events.push({ type: "model_retired", nodeId, manifestDigest, held: status !== "unsuitable" });
    }
  }
  if (state.offersStale) events.push({ type: "offers_reconciled" });
  return events;
}

/**
 * Returns the events that follow from a change of labels or bindings: a node that may no longer
 * have a model retires it, and one that may have it now is offered it.
 */
function judgeAgain(
  state: MasterState,
  { model, status, node }: { model: ModelState; status: NodeModel; node: NodeRecord },
  now: Moment,
): MasterEvent[] {
  const isAllowed = unmetBinding(state, model.document.name, node) === null;
  if ((status.state === "unsuitable") !== isAllowed) return [];
  const verdict = offerOf(state, { model, node }, now);
  if (isAllowed) return verdict.type === "model_offered" ? [verdict] : [];
  const { nodeId } = node;
  return [{ type: "model_retired", nodeId, manifestDigest: model.manifest.digest, held: true }, verdict];
}

function isRecent(state: MasterState, digest: Digest, { nowMs }: Moment): boolean {
  const model = state.models.get(digest);
  return model !== undefined && nowMs - model.usedAtMs < state.settings.demandKeptMs;
}
