import type { MasterState, NodeConnection, NodeState, TaskState } from "../state/state.ts";
import { obstacleTo } from "./feasible.ts";
import { expectedMs, serviceMsOf } from "./rank.ts";

/** Where a task goes, and what is expected of it there. */
export interface Choice {
  readonly node: NodeState;
  /** On a worker. */
  readonly serviceMs: number;
  /** From now to the result, the wait for a worker included. */
  readonly expectedMs: number;
}

/** A reason of the caller's own to leave a node out. */
export type Exclusion = (node: NodeState, connection: NodeConnection) => boolean;

/**
 * The third stage: of the nodes that can take `task` now, the one that is expected to finish it first, or null when
 * there is none. Equals are shuffled anew for every task, so that no node is always the first.
 */
export function selectNode(
  state: MasterState,
  task: TaskState,
  options: { excludes?: Exclusion } = {},
): Choice | null {
  const { manifestDigest } = task.spec;
  const excludes = options.excludes;
  let best: Choice | null = null;
  let bestOrder = 0;
  for (const node of state.nodes.values()) {
    const { connection } = node;
    if (connection === null || obstacleTo(task.spec, node, state.settings) !== null) continue;
    const model = connection.models.get(manifestDigest);
    if (model === undefined || excludes?.(node, connection)) continue;
    const serviceMs = serviceMsOf(model);
    const { workers } = node.record.capabilities;
    const finishMs = expectedMs(connection, { workers, serviceMs });
    const order = tieBreaker(task.hash, node.hash);
    if (best !== null && finishMs > best.expectedMs) continue;
    if (best !== null && finishMs === best.expectedMs && order >= bestOrder) continue;
    best = { node, serviceMs, expectedMs: finishMs };
    bestOrder = order;
  }
  return best;
}

/** For a task that failed somewhere: not there again while another node that is ready could take it, even if it is busy now. */
export function exclusionOf(state: MasterState, task: TaskState): Exclusion | undefined {
  if (task.failedOn.length === 0) return undefined;
  for (const node of state.nodes.values()) {
    if (task.failedOn.includes(node.record.nodeId)) continue;
    const obstacle = obstacleTo(task.spec, node, state.settings);
    if (obstacle === null || obstacle === "full") {
      return (candidate) => task.failedOn.includes(candidate.record.nodeId);
    }
  }
  return undefined;
}

/** A node's place in the shuffle that a task's hash seeds (the finalizer of MurmurHash3, Austin Appleby, public domain). */
export function tieBreaker(taskHash: number, nodeHash: number): number {
  let mixed = taskHash ^ nodeHash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
