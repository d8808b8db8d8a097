import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { ConnectNode } from "../messages/command.ts";
import { abandonCommands } from "./decide_commands.ts";
import { galleriesFor } from "./decide_galleries.ts";
import { offersFor } from "./decide_models.ts";
import { loseAttempts } from "./decide_tasks.ts";
import type { MasterEvent, NodeRecorded } from "../messages/event.ts";
import type { MasterState, Moment, NodeState } from "../state/state.ts";

/** Admits the node and offers it models and galleries, or refuses it. */
export function connectNode(state: MasterState, command: ConnectNode, now: Moment): MasterEvent[] {
  const { hello, connectionId } = command;
  const refuse = (code: ErrorCode, reason: string): MasterEvent[] => [
    { type: "node_refused", connectionId, code, reason },
  ];
  if (state.stopping) return refuse("shutting_down", "The master is stopping.");
  const { nodeId } = hello;
  const known = state.nodes.get(nodeId);
  const events: MasterEvent[] = [];
  if (known?.connection) {
    if (!known.connection.suspect) {
      return refuse("node_duplicate", `The node ${nodeId} is connected from elsewhere.`);
    }
    events.push(...loseNode(state, known, "It reconnected."));
  } else if (known === undefined && state.nodes.size >= state.settings.nodesMax) {
    const oldest = oldestOffline(state);
    if (oldest === null) return refuse("too_many_nodes", `${state.nodes.size} nodes are connected.`);
    events.push({ type: "node_forgotten", nodeId: oldest.record.nodeId });
  }
  events.push(recordOf(command, known, now));
  events.push({ type: "node_connected", nodeId, connectionId, atMs: now.nowMs });
  events.push(...offersFor(state, hello, now));
  events.push(...galleriesFor(state, nodeId, now));
  return events;
}

function recordOf(
  { hello, address }: ConnectNode,
  known: NodeState | undefined,
  { wallMs }: Moment,
): NodeRecorded {
  return {
    type: "node_recorded",
    record: {
      nodeId: hello.nodeId,
      name: hello.name,
      address,
      version: hello.version,
      capabilities: hello.capabilities,
      firstSeenMs: known?.record.firstSeenMs ?? wallMs,
      lastSeenMs: wallMs,
      completed: known?.completed ?? 0,
    },
  };
}

function oldestOffline(state: MasterState): NodeState | null {
  let oldest: NodeState | null = null;
  for (const node of state.nodes.values()) {
    if (node.connection !== null) continue;
    if (oldest === null || node.lastSeenMs < oldest.lastSeenMs) oldest = node;
  }
  return oldest;
}

/**
 * Returns the node that sent a command, or `null` if another connection has replaced the sender's.
 */
export function currentNode(
  state: MasterState,
  { nodeId, connectionId }: { nodeId: string; connectionId: number },
): NodeState | null {
  const node = state.nodes.get(nodeId);
  return node?.connection?.connectionId === connectionId ? node : null;
}

/** Disconnects a lost node: its attempts move elsewhere, its pending commands are finished. */
export function loseNode(state: MasterState, node: NodeState, reason: string): MasterEvent[] {
  const { connection, record: { nodeId }, completed } = node;
  if (connection === null) return [];
  const orderly = connection.draining && connection.attempts.size === 0;
  return [
    ...loseAttempts(state, connection),
    ...abandonCommands(state, nodeId),
    { type: "node_lost", nodeId, connectionId: connection.connectionId, orderly, reason },
    { type: "node_seen", nodeId, lastSeenMs: node.lastSeenMs, completed },
  ];
}

/**
 * Returns a connected node that was silent for so long that it is lost, or `null` if there is none.
 */
export function findDead(state: MasterState, now: Moment): NodeState | null {
  if (sleptThrough(state, now)) return null;
  for (const node of state.nodes.values()) {
    if (node.connection?.detector.health(now.nowMs) === "red") return node;
  }
  return null;
}

/** Suspects connected nodes that were silent for so long that they get no new work. */
export function suspectSilent(state: MasterState, now: Moment): MasterEvent[] {
  if (sleptThrough(state, now)) return [];
  const events: MasterEvent[] = [];
  for (const { connection, record: { nodeId } } of state.nodes.values()) {
    if (connection === null || connection.suspect) continue;
    if (connection.detector.health(now.nowMs) !== "green") {
      events.push({ type: "node_suspected", nodeId });
    }
  }
  return events;
}

/**
 * Returns true if this process itself was suspended for a while (a closed laptop): then the silence
 * of the nodes proves nothing yet.
 */
function sleptThrough({ tickedAtMs, settings }: MasterState, { nowMs }: Moment): boolean {
  return tickedAtMs !== null && nowMs - tickedAtMs >= settings.suspectAfterMs;
}

/** Records in the ledger, at long intervals, that connected nodes are still there. */
export function recordSeen(state: MasterState, { wallMs }: Moment): MasterEvent[] {
  const events: MasterEvent[] = [];
  for (const { connection, record, recordedAtMs, lastSeenMs, completed } of state.nodes.values()) {
    if (connection === null || wallMs - recordedAtMs < state.settings.recordSeenEveryMs) continue;
    if (lastSeenMs <= recordedAtMs) continue;
    events.push({ type: "node_seen", nodeId: record.nodeId, lastSeenMs, completed });
  }
  return events;
}
