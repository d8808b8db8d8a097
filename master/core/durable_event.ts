import type { MasterEvent, NodeForgotten, NodeRecorded, NodeSeen, RecognizerRegistered } from "./event.ts";

/** What the ledger keeps. */
export type DurableEvent = NodeRecorded | NodeSeen | NodeForgotten | RecognizerRegistered;

/** Whether `event` belongs in the ledger before anything is sent because of it. */
export function isDurable(event: MasterEvent): event is DurableEvent {
  switch (event.type) {
    case "node_recorded":
    case "node_seen":
    case "node_forgotten":
    case "recognizer_registered":
      return true;
    default:
      return false;
  }
}
