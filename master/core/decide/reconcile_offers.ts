import { invariant } from "../../../protocol/kernel/invariant.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { offerOf } from "./decide_models.ts";
import type { MasterEvent } from "../messages/event.ts";
import { heldDigests } from "../state/lineage.ts";
import type { MasterState, Moment } from "../state/state.ts";

/**
 * Returns the events after which every connected node holds what it should: offers of the wanted
 * models and those with tasks, and retirements of models without a recent request.
 */
export function reconcileOffers(state: MasterState, now: Moment): MasterEvent[] {
  const held = heldDigests(state);
  const events: MasterEvent[] = [];
  for (const { connection, record } of state.nodes.values()) {
    if (connection === null) continue;
    for (const digest of held) {
      const model = state.models.get(digest);
      invariant(model !== undefined, `model ${digest} is not known`);
      if (!connection.models.has(digest)) events.push(offerOf(model, record, now));
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

function isRecent(state: MasterState, digest: Digest, { nowMs }: Moment): boolean {
  const model = state.models.get(digest);
  return model !== undefined && nowMs - model.usedAtMs < state.settings.demandKeptMs;
}
