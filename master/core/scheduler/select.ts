import type { MasterState, NodeConnection, NodeState, TaskState } from "../state/state.ts";
import { obstacleTo } from "./feasible.ts";
import { expectedMs, serviceMsOf } from "./rank.ts";

/** Node chosen for a task, and the times expected there. */
export interface Choice {
  readonly node: NodeState;
  /** Time on a worker. */
  readonly serviceMs: number;
  /** Time from now to the result, including the wait for a worker. */
  readonly expectedMs: number;
}

/** Predicate of the caller that returns true for a node to be left out. */
export type Exclusion = (node: NodeState, connection: NodeConnection) => boolean;

/**
 * Returns the node that can take `task` now and is expected to finish it first, or `null` if there
 * is none. This is the third stage of scheduling. Nodes with equal times are shuffled anew for
 * every task, so that no node is always the first.
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

/**
 * Returns a predicate that leaves out the nodes on which the task failed, as long as another ready
 * node could take it, even if that node is busy now. Returns `undefined` if no node is left out.
 */
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

/**
 * Returns the rank of a node in the shuffle that the hash of a task seeds (the finalizer of
 * MurmurHash3, Austin Appleby, public domain).
 */
export function tieBreaker(taskHash: number, nodeHash: number): number {
  let mixed = taskHash ^ nodeHash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
