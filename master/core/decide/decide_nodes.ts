import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { ConnectNode } from "../messages/command.ts";
import { admitNode } from "./admit_node.ts";
import { abandonCommands, finishReturned } from "./decide_commands.ts";
import { galleriesFor } from "./decide_galleries.ts";
import { offersFor } from "./decide_models.ts";
import { loseAttempts } from "./decide_tasks.ts";
import type { MasterEvent } from "../messages/event.ts";
import type { NodeRecorded } from "../messages/node_event.ts";
import type { MasterState, Moment, NodeState, Standing } from "../state/state.ts";

/** Admits the node and offers it models and galleries, or refuses it. */
export function connectNode(state: MasterState, command: ConnectNode, now: Moment): MasterEvent[] {
  const { hello, nodeId, connectionId } = command;
  const refuse = (code: ErrorCode, reason: string): MasterEvent[] => [
    { type: "node_refused", connectionId, code, reason },
  ];
  if (state.stopping) return refuse("shutting_down", "The master is stopping.");
  const admission = admitNode(state, command, now);
  if (!admission.isAdmitted) return [...admission.events];
  const known = state.nodes.get(nodeId);
  const events: MasterEvent[] = [];
  if (known?.connection) {
    if (!known.connection.suspect) {
      return refuse("node_duplicate", `A node with the same key (${nodeId}) is connected already.`);
    }
    events.push(...loseNode(state, known, { reason: "It reconnected." }));
  } else if (known === undefined && countPresent(state) >= state.settings.nodesMax) {
    const oldest = oldestOffline(state);
    if (oldest === null) return refuse("too_many_nodes", `${state.settings.nodesMax} nodes are connected.`);
    events.push({ type: "node_forgotten", nodeId: oldest.record.nodeId });
  }
  events.push(...finishReturned(state, { nodeId, version: hello.version }));
  events.push(recordOf(command, { known, standing: admission.standing, now }));
  events.push({ type: "node_connected", nodeId, connectionId, isFirst: admission.isFirst, atMs: now.nowMs });
  events.push(...offersFor(state, { ...hello, nodeId }, now));
  events.push(...galleriesFor(state, nodeId, now));
  return events;
}

function recordOf(
  { hello, nodeId, address }: ConnectNode,
  { known, standing, now: { wallMs } }: { known: NodeState | undefined; standing: Standing; now: Moment },
): NodeRecorded {
  return {
    type: "node_recorded",
    record: {
      nodeId,
      publicKey: hello.publicKey,
      standing,
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

/** Returns the number of nodes that the master knows and has not removed. */
function countPresent(state: MasterState): number {
  let count = 0;
  for (const { record } of state.nodes.values()) if (record.standing !== "removed") count++;
  return count;
}

/** Returns the node that was not seen for longest; a removed one is never forgotten. */
function oldestOffline(state: MasterState): NodeState | null {
  let oldest: NodeState | null = null;
  for (const node of state.nodes.values()) {
    if (node.connection !== null || node.record.standing === "removed") continue;
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

/**
 * Disconnects a lost node: its attempts move elsewhere, its pending commands are finished. It was
 * lost abruptly if its connection was closed in the middle of its work: silence, a second
 * connection and an admin who removes it say nothing about the pictures that it ran.
 */
export function loseNode(
  state: MasterState,
  node: NodeState,
  { isAbrupt = false, ...ending }: { reason: string; code?: ErrorCode; isAbrupt?: boolean },
): MasterEvent[] {
  const { connection, record: { nodeId, capabilities: { workers } }, completed } = node;
  if (connection === null) return [];
  const orderly = connection.draining && connection.attempts.size === 0;
  return [
    ...loseAttempts(state, { attempts: connection.attempts, workers, isAbrupt }),
    ...abandonCommands(state, nodeId),
    { type: "node_lost", nodeId, connectionId: connection.connectionId, orderly, ...ending },
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
