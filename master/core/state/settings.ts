import { LIMITS } from "../../../protocol/kernel/limits.ts";

/** The numbers that the master decides by. Tests and simulations bring their own. */
export interface MasterSettings {
  /** Tasks at once, waiting or running; past it a new one is refused. */
  readonly tasksQueuedMax: number;
  /** From acceptance to answer, unless the task brings its own. */
  readonly taskDeadlineMs: number;
  /** Failed attempts of one task before it fails. */
  readonly attemptsMax: number;
  /** Nodes on which a task may kill a worker before it is called poison. */
  readonly poisonNodes: number;
  /** Tasks that a node is given beyond its workers, per worker. */
  readonly prefetchPerWorker: number;
  /** A node is given more than that while what it has in hand keeps its workers busy for less than this. */
  readonly feedAheadMs: number;
  /** Tasks that a node is given at the most, per worker. */
  readonly attemptsPerWorkerMax: number;
  /** Silence after which a node gets no new work. */
  readonly suspectAfterMs: number;
  /** Silence after which a node is given up. */
  readonly deadAfterMs: number;
  /** Nodes known at once, connected or not. */
  readonly nodesMax: number;
  /** How long a task waits for the first node that could ever serve it: nodes may be on their way. */
  readonly joinGraceMs: number;
  /** A model that failed on a node for a passing reason is offered to it again after this. */
  readonly offerAgainMs: number;
  /** A version that is held for no other reason than that somebody asked for it is retired when nobody has for this long. */
  readonly demandKeptMs: number;
  /** A canary picture that the new version holds for longer than this is tried on the old one. */
  readonly canaryPatienceMs: number;
  /** Canary pictures that the old version also looks at, at once. */
  readonly shadowsMax: number;
  /** An answer that differs by more is drift: 0 is the same, 1 nothing in common. */
  readonly driftMax: number;
  /** A version is no slower than another by less than this, whatever the ratio. */
  readonly slownessFloorMs: number;
  /** An attempt is late when it took this many times what was expected, and at least `hedgeAfterMs`. */
  readonly hedgeFactor: number;
  readonly hedgeAfterMs: number;
  /** How long a command for a node may take. */
  readonly commandDeadlineMs: number;
  /** How often the ledger learns that a connected node is still there. */
  readonly recordSeenEveryMs: number;
}

/** The settings of a real master. */
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
  recordSeenEveryMs: 60_000,
};
