import { NODE_ORDER_EXTRA_MS, type NodeOrderName } from "../../../protocol/messages/command_names.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";

/** Settings of the master's decisions. Tests and simulations use their own values. */
export interface MasterSettings {
  /** Limit of tasks at once, waiting or running; further ones are refused. */
  readonly tasksQueuedMax: number;
  /** Time allowed from acceptance to answer. */
  readonly taskDeadlineMs: number;
  /** Number of failed attempts after which a task fails. */
  readonly attemptsMax: number;
  /** Number of nodes on which a task must kill a worker to be rejected as poisoned. */
  readonly poisonNodes: number;
  /** Tasks assigned in advance per worker, in addition to the one that the worker runs. */
  readonly prefetchPerWorker: number;
  /** Backlog per worker below which a node gets tasks even beyond its prefetch. */
  readonly feedAheadMs: number;
  /** Limit of tasks assigned to a node, per worker. */
  readonly attemptsPerWorkerMax: number;
  /** Silence after which a node gets no new work. */
  readonly suspectAfterMs: number;
  /** Silence after which a node is treated as lost. */
  readonly deadAfterMs: number;
  /** Limit of known nodes, connected or not, without the removed ones. */
  readonly nodesMax: number;
  /** Limit of removed nodes, which are never forgotten. */
  readonly removedNodesMax: number;
  /** True if a node that comes for the first time waits for the approval of an admin. */
  readonly requiresApproval: boolean;
  /** Limit of nodes that wait for approval. */
  readonly waitingNodesMax: number;
  /** Time without a try after which a waiting node is forgotten. */
  readonly waitingKeptMs: number;
  /**
   * Time that a task waits for the first node able to serve it, since nodes may be about to
   * connect.
   */
  readonly joinGraceMs: number;
  /**
   * Delay after which a model that failed on a node for a temporary reason is offered to it again.
   */
  readonly offerAgainMs: number;
  /**
   * Time after the last request for a version until the nodes retire it, if only requests keep it
   * there.
   */
  readonly demandKeptMs: number;
  /**
   * Least time that the new version has for a canary picture before the picture moves to the old
   * version.
   */
  readonly canaryPatienceMs: number;
  /** Limit of canary pictures that run on the old version for comparison at once. */
  readonly shadowsMax: number;
  /** Difference above which an answer counts as drift: 0 is the same, 1 nothing in common. */
  readonly driftMax: number;
  /**
   * Difference in service time up to which a version does not count as slower, whatever the ratio.
   */
  readonly slownessFloorMs: number;
  /**
   * Multiple of its expected time after which an attempt is late; it is never late before
   * `hedgeAfterMs`.
   */
  readonly hedgeFactor: number;
  readonly hedgeAfterMs: number;
  /** Time allowed for a command to a node. */
  readonly commandDeadlineMs: number;
  /** Time that a command may take beyond `commandDeadlineMs`. */
  readonly slowCommandMs: Readonly<Record<NodeOrderName, number>>;
  /** Interval at which the ledger records that a connected node is still there. */
  readonly recordSeenEveryMs: number;
}

/** Settings of a real master. */
export const DEFAULT_SETTINGS: MasterSettings = {
  tasksQueuedMax: LIMITS.tasksQueuedMax,
  taskDeadlineMs: LIMITS.taskDeadlineMs,
  attemptsMax: LIMITS.attemptsMax,
  poisonNodes: LIMITS.poisonNodes,
  prefetchPerWorker: LIMITS.prefetchPerWorker,
  feedAheadMs: 10,
  attemptsPerWorkerMax: LIMITS.attemptsPerWorkerMax,
  suspectAfterMs: LIMITS.suspectAfterMs,
  deadAfterMs: LIMITS.deadAfterMs,
  nodesMax: LIMITS.nodesMax,
  removedNodesMax: LIMITS.removedNodesMax,
  requiresApproval: false,
  waitingNodesMax: LIMITS.waitingNodesMax,
  waitingKeptMs: LIMITS.waitingKeptMs,
  joinGraceMs: 5_000,
  offerAgainMs: 15_000,
  demandKeptMs: 60_000,
  canaryPatienceMs: 10_000,
  shadowsMax: 4,
  driftMax: 0.1,
  slownessFloorMs: 5,
  hedgeFactor: 3,
  hedgeAfterMs: 500,
  commandDeadlineMs: 30_000,
  slowCommandMs: NODE_ORDER_EXTRA_MS,
  recordSeenEveryMs: 60_000,
};
