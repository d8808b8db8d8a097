import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { ConnectNode } from "../messages/command.ts";
import type { MasterEvent } from "../messages/event.ts";
import type { WaitingForgotten } from "../messages/node_event.ts";
import type { MasterState, Moment, NodeRecord } from "../state/state.ts";

/** Silence after which a waiting node may lose its place to another one: it tries every second. */
const WAITING_STALE_MS = 60_000;

/** Outcome of an admission: the standing of the node, or the events that follow from its refusal. */
export type Admission =
  | {
    readonly isAdmitted: true;
    readonly standing: NodeRecord["standing"];
    /** True if the node was never in before, or only at a master that demanded no token. */
    readonly isFirst: boolean;
  }
  | { readonly isAdmitted: false; readonly events: readonly MasterEvent[] };

/**
 * Decides whether a node that has proven its key may come in. A key that the master knows needs
 * nothing else. Another one needs a token, unless the master demands none, and then the approval of
 * an admin, if the master waits for that. The node in the process of the master needs no approval.
 */
export function admitNode(state: MasterState, command: ConnectNode, now: Moment): Admission {
  const { hello: { name, publicKey }, nodeId, connectionId, proof } = command;
  const refused = (code: ErrorCode, reason: string, before: readonly MasterEvent[] = []): Admission => ({
    isAdmitted: false,
    events: [...before, { type: "node_refused", connectionId, code, reason }],
  });
  const known = state.nodes.get(nodeId)?.record;
  if (known !== undefined && known.publicKey !== publicKey) {
    return refused("forbidden", `Another key has the id ${nodeId}.`);
  }
  if (known?.standing === "removed") return refused("node_removed", removalOf({ name, nodeId }));
  if (known?.standing === "enrolled") return { isAdmitted: true, standing: "enrolled", isFirst: false };
  if (known?.standing === "approved") return { isAdmitted: true, standing: "enrolled", isFirst: true };
  if (known?.standing === "open" && proof.kind === "open") {
    return { isAdmitted: true, standing: "open", isFirst: false };
  }
  const waiting = state.waiting.get(nodeId);
  if (proof.kind === "none") {
    // Its token was revoked or has run out while it waited.
    return refused(proof.code, proof.reason, waiting === undefined ? [] : [{ type: "waiting_forgotten", nodeId }]);
  }
  if (!state.settings.requiresApproval || proof.kind === "own") {
    return { isAdmitted: true, standing: proof.kind === "open" ? "open" : "enrolled", isFirst: true };
  }
  const makeRoom = waiting === undefined && state.waiting.size >= state.settings.waitingNodesMax
    ? roomFor(state, now)
    : [];
  if (makeRoom === null) {
    return refused("too_many_nodes", `${state.waiting.size} nodes wait for approval already.`);
  }
  const reason = `The node ${name} (${nodeId}) waits until an admin of this master approves it.`;
  return refused("approval_pending", reason, [
    ...makeRoom,
    { type: "node_waiting", record: waitingRecord(command, waiting, now), isNew: waiting === undefined },
  ]);
}

/** Returns the sentence that a removed node gets. */
export function removalOf({ name, nodeId }: Pick<NodeRecord, "name" | "nodeId">): string {
  return `An admin has removed the node ${name} (${nodeId}) from this master.`;
}

function waitingRecord(
  { hello, nodeId, address }: ConnectNode,
  waiting: NodeRecord | undefined,
  { wallMs }: Moment,
): NodeRecord {
  return {
    nodeId,
    publicKey: hello.publicKey,
    standing: "waiting",
    name: hello.name,
    address,
    version: hello.version,
    capabilities: hello.capabilities,
    firstSeenMs: waiting?.firstSeenMs ?? wallMs,
    lastSeenMs: wallMs,
    completed: 0,
  };
}

/**
 * Returns the event that makes room for another waiting node: it forgets the one that has not tried
 * for longest. `null` if every one has tried within the last minute.
 */
function roomFor(state: MasterState, { wallMs }: Moment): WaitingForgotten[] | null {
  const [oldest] = [...state.waiting.values()].sort((left, right) => left.lastSeenMs - right.lastSeenMs);
  if (oldest === undefined || wallMs - oldest.lastSeenMs < WAITING_STALE_MS) return null;
  return [{ type: "waiting_forgotten", nodeId: oldest.nodeId }];
}

/** Forgets the waiting nodes that have not tried for so long that they have given up. */
export function forgetWaiting(state: MasterState, { wallMs }: Moment): WaitingForgotten[] {
  const { waitingKeptMs } = state.settings;
  return [...state.waiting.values()].filter(({ lastSeenMs }) => wallMs - lastSeenMs >= waitingKeptMs)
    .map(({ nodeId }) => ({ type: "waiting_forgotten", nodeId }));
}
