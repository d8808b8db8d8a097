import { labelKey } from "../../../protocol/kernel/labels.ts";
import type { FleetEvent, LabelsChanged } from "../messages/fleet_event.ts";
import type { OrderEvent } from "../messages/order_event.ts";
import { requirementKey } from "../state/fleet.ts";
import type { MasterState } from "../state/state.ts";

/** Applies an event about nodes as a group. The offers to the nodes are then reconciled. */
export function applyFleetEvent(state: MasterState, event: FleetEvent): void {
  const { requirements, bindings } = state.fleet;
  state.offersStale = true;
  switch (event.type) {
    case "labels_changed":
      return applyLabels(state, event);
    case "requirement_stated":
      requirements.set(requirementKey(event.stated), event.stated);
      return;
    case "requirement_dropped":
      requirements.delete(requirementKey(event));
      return;
    case "model_bound":
      if (event.labels.length === 0) bindings.delete(event.name);
      else bindings.set(event.name, event.labels);
      return;
  }
}

function applyLabels({ fleet: { labels } }: MasterState, { nodeId, change }: LabelsChanged): void {
  const changes = new Map<string, string | null>(labels.get(nodeId));
  for (const key of change.remove) changes.set(key, null);
  for (const label of change.set) changes.set(labelKey(label), label);
  labels.set(nodeId, changes);
}

/** Forgets the labels of a node that is no longer known, and the requirements on it alone. */
export function forgetInFleet({ fleet }: MasterState, forgottenId: string): void {
  fleet.labels.delete(forgottenId);
  for (const [key, { target }] of fleet.requirements) {
    if (target.kind === "node" && target.nodeId === forgottenId) fleet.requirements.delete(key);
  }
}

/** Commands after whose start a node gets no new work; the others report it themselves. */
const DRAINING: readonly string[] = ["drain", "shutdown", "restart"];

/** Applies the start or the progress of an order about a node. */
export function applyOrderEvent(state: MasterState, event: OrderEvent): void {
  if (event.type === "node_leaving") {
    const pending = state.commands.get(event.commandId);
    if (pending !== undefined) state.commands.set(event.commandId, { ...pending, isLeaving: true });
    return;
  }
  const { type: _, ...command } = event;
  state.commands.set(event.commandId, { ...command, isLeaving: false });
  const connection = state.nodes.get(event.nodeId)?.connection;
  if (connection && DRAINING.includes(event.command)) connection.draining = true;
}
