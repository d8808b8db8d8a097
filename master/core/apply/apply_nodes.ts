import { FailureDetector } from "../../../protocol/wire/failure_detector.ts";
import { invariant } from "../../../protocol/kernel/invariant.ts";
import { hashText } from "../../../protocol/kernel/random.ts";
import { forgetInFleet } from "./apply_fleet.ts";
import type { NodeConnected, NodeEvent } from "../messages/node_event.ts";
import type { MasterState, NodeConnection, NodeRecord, NodeState } from "../state/state.ts";

/** Applies one event about a node to `state`, in place. */
export function applyNodeEvent(state: MasterState, event: NodeEvent): void {
  switch (event.type) {
    case "node_recorded":
    case "node_judged":
      return applyRecorded(state, event.record);
    case "node_waiting":
      state.waiting.set(event.record.nodeId, event.record);
      return;
    case "waiting_forgotten":
      state.waiting.delete(event.nodeId);
      return;
    case "node_seen": {
      const node = nodeOf(state, event.nodeId);
      node.record = { ...node.record, lastSeenMs: event.lastSeenMs, completed: event.completed };
      node.recordedAtMs = event.lastSeenMs;
      return;
    }
    case "node_forgotten":
      invariant(nodeOf(state, event.nodeId).connection === null, "a connected node is not forgotten");
      state.nodes.delete(event.nodeId);
      state.programStatuses.delete(event.nodeId);
      forgetInFleet(state, event.nodeId);
      return;
    case "node_connected":
      return applyConnected(state, event);
    case "node_refused":
      return;
    case "signal_recorded": {
      const node = nodeOf(state, event.nodeId);
      connectionOf(node).detector.signal(event.atMs);
      node.lastSeenMs = event.atWallMs;
      return;
    }
    case "availability_changed": {
      const connection = connectionOf(nodeOf(state, event.nodeId));
      connection.availability = event.availability;
      connection.draining = event.availability.draining;
      return;
    }
    case "node_suspected":
      connectionOf(nodeOf(state, event.nodeId)).suspect = true;
      return;
    case "node_recovered":
      connectionOf(nodeOf(state, event.nodeId)).suspect = false;
      return;
    case "node_lost": {
      const node = nodeOf(state, event.nodeId);
      invariant(connectionOf(node).attempts.size === 0, "a node is lost after its attempts");
      node.connection = null;
      return;
    }
    case "node_withdrew":
      connectionOf(nodeOf(state, event.nodeId)).draining = true;
      return;
  }
}

function applyRecorded(state: MasterState, record: NodeRecord): void {
  state.waiting.delete(record.nodeId);
  const node = state.nodes.get(record.nodeId);
  if (node !== undefined) {
    node.record = record;
    node.lastSeenMs = record.lastSeenMs;
    node.recordedAtMs = record.lastSeenMs;
    return;
  }
  state.nodes.set(record.nodeId, {
    record,
    lastSeenMs: record.lastSeenMs,
    recordedAtMs: record.lastSeenMs,
    completed: record.completed,
    hash: hashText(record.nodeId),
    connection: null,
  });
}

function applyConnected(
  state: MasterState,
  { nodeId, connectionId, atMs }: NodeConnected,
): void {
  const node = nodeOf(state, nodeId);
  invariant(node.connection === null, `node ${nodeId} is connected already`);
  // The old status is void: the node may run another version now, and reports again on an offer.
  state.programStatuses.delete(nodeId);
  node.connection = {
    connectionId,
    detector: new FailureDetector(atMs, state.settings),
    suspect: false,
    draining: false,
    availability: null,
    attempts: new Map(),
    backlogMs: 0,
    models: new Map(),
    galleries: new Map(),
  };
}

/** Returns a node. Throws `InvariantError` if it is not known. */
export function nodeOf(state: MasterState, nodeId: string): NodeState {
  const node = state.nodes.get(nodeId);
  invariant(node !== undefined, `node ${nodeId} is not known`);
  return node;
}

/** Returns the connection of a node. Throws `InvariantError` if the node is not connected. */
export function connectionOf(node: NodeState): NodeConnection {
  invariant(node.connection !== null, `node ${node.record.nodeId} is not connected`);
  return node.connection;
}
