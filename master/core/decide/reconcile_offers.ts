import { invariant } from "../../../protocol/kernel/invariant.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { offerOf } from "./decide_recognizers.ts";
import type { MasterEvent } from "../messages/event.ts";
import { heldDigests } from "../state/lineage.ts";
import type { MasterState, Moment } from "../state/state.ts";

/**
 * What it takes until every connected node holds what it should: it is offered what is wanted and what somebody asks for,
 * and retires what nobody has asked for in a while.
 */
export function reconcileOffers(state: MasterState, now: Moment): MasterEvent[] {
  const held = heldDigests(state);
  const events: MasterEvent[] = [];
  for (const { connection, record } of state.nodes.values()) {
    if (connection === null) continue;
    for (const digest of held) {
      const recognizer = state.recognizers.get(digest);
      invariant(recognizer !== undefined, `recognizer ${digest} is not known`);
      if (!connection.recognizers.has(digest)) events.push(offerOf(recognizer, record, now));
    }
    for (const [manifestDigest, { state: standing }] of connection.recognizers) {
      if (held.has(manifestDigest) || isRecent(state, manifestDigest, now)) continue;
      const { nodeId } = record;
      events.push({ type: "recognizer_retired", nodeId, manifestDigest, held: standing !== "unsuitable" });
    }
  }
  if (state.offersStale) events.push({ type: "offers_reconciled" });
  return events;
}

function isRecent(state: MasterState, digest: Digest, { nowMs }: Moment): boolean {
  const recognizer = state.recognizers.get(digest);
  return recognizer !== undefined && nowMs - recognizer.usedAtMs < state.settings.demandKeptMs;
}
