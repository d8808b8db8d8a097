import type { Manifest } from "../../../models/manifest.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { FailureDetector } from "../../../protocol/wire/failure_detector.ts";
import type { Availability } from "../../../protocol/messages/liveness.ts";
import type { Prediction } from "../../../protocol/messages/prediction.ts";
import type { BlobReference, TaskOptions } from "../../../protocol/messages/task.ts";
import type { Program, ProgramStateMessage } from "../../../protocol/messages/program.ts";
import type { RolloutRecord } from "../../../protocol/http_api/rollout_api.ts";
import { createFleet, type FleetState } from "./fleet.ts";
import type { GalleryState, NodeGallery } from "./gallery_state.ts";
import type { PendingNodeCommand } from "./node_command.ts";
import type { Rollout, RolloutPart } from "./rollout.ts";
import type { NodeRecord } from "./node_record.ts";
import { DEFAULT_SETTINGS, type MasterSettings } from "./settings.ts";
import { Shares } from "./shares.ts";
import type { QueuedTask, TaskQueue } from "./task_queue.ts";

export type { NodeRecord, Standing } from "./node_record.ts";

/** One moment on both clocks: the monotonic `nowMs` for durations, `wallMs` for people. */
export interface Moment {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** One model on one connected node. */
export interface NodeModel {
  state: "offered" | "ready" | "failed" | "unsuitable";
  /** Start of `state` on the monotonic clock. */
  sinceMs: number;
  /** Rate of one worker, measured by the node at warm-up. */
  imagesPerSecond: number | null;
  /** Moving average of the time one task takes there, starting from `imagesPerSecond`. */
  serviceMs: number | null;
  /** Reason why the node cannot serve it, for people; `null` if it can. */
  reason: string | null;
  /** True if it is worth offering again. */
  retryable: boolean;
}

/** One attempt of a task on one node. */
export interface Attempt {
  readonly task: TaskState;
  readonly attempt: number;
  readonly nodeId: string;
  readonly startedAtMs: number;
  /** Time on a worker that the scheduler expected at the start. */
  readonly serviceMs: number;
  /** Expected time from `startedAtMs` to the result: `serviceMs` and the wait for a worker. */
  readonly expectedMs: number;
}

/** The state of a node that lasts only as long as its connection. */
export interface NodeConnection {
  /** Number of the connection. Reports from an earlier connection of the node are ignored. */
  readonly connectionId: number;
  readonly detector: FailureDetector;
  suspect: boolean;
  draining: boolean;
  availability: Availability | null;
  /** Live attempts by task id: a task has at most one on a node. */
  readonly attempts: Map<string, Attempt>;
  /** Time that the live attempts take on one worker, one after the other. */
  backlogMs: number;
  readonly models: Map<Digest, NodeModel>;
  /** Galleries by name. */
  readonly galleries: Map<string, NodeGallery>;
}

export interface NodeState {
  /** The record as the ledger holds it. */
  record: NodeRecord;
  /** The time in `record`, or a later one. */
  lastSeenMs: number;
  completed: number;
  /** Wall time of the last write to the ledger. */
  recordedAtMs: number;
  /** Hash of the node id; mixed with that of a task it breaks ties. */
  readonly hash: number;
  connection: NodeConnection | null;
}

/** The constant part of a task. */
export interface TaskSpec {
  readonly taskId: string;
  readonly manifestDigest: Digest;
  /** Owner by whose share the task is served; absent for tasks of the master itself. */
  readonly owner?: string;
  readonly image: BlobReference | null;
  readonly options: TaskOptions;
  readonly acceptedAtMs: number;
  readonly deadlineAtMs: number;
}

export interface TaskState extends QueuedTask<TaskState> {
  /** Changes together with `model`, at most once: when a canary picture is moved back. */
  spec: TaskSpec;
  model: ModelState;
  /** Its part in a rollout; `null` if it has none. */
  readonly part: RolloutPart | null;
  /** Hash of the task id; breaks ties between nodes. */
  readonly hash: number;
  /** Attempt numbers given out so far. */
  attemptsStarted: number;
  failures: number;
  /** Live attempts: one, or two if the first is late. */
  readonly attempts: Attempt[];
  /** Ids of the nodes on which it failed. */
  readonly failedOn: string[];
  /** Ids of those among `failedOn` on which it killed a worker. */
  readonly killedOn: string[];
}

/** A served model. */
export interface ModelState {
  /** `name@version`. */
  readonly name: string;
  readonly manifest: BlobReference;
  readonly document: Manifest;
  /** Most memory of one worker that a node has measured, in bytes; absent if none has. */
  measuredBytes?: number;
  readonly waiting: TaskQueue<TaskState>;
  /** True if a connected node serves it or is about to. */
  servable: boolean;
  /** Time of the last change of `servable`. */
  servableSinceMs: number;
  /** Number of tasks that wait for it or run on it. */
  taskCount: number;
  /** Time when the last task came or went. */
  usedAtMs: number;
}

/** The versions of one model: which one its bare name means, and how that changes. */
export interface Lineage {
  readonly name: string;
  /** The version that the bare name means. */
  latest: Digest;
  /** The version that the bare name meant before; kept on the nodes for a quick rollback. */
  previous: Digest | null;
  /** Versions that nodes keep whatever else happens. */
  readonly pinned: Set<Digest>;
  /** The running rollout; `null` if there is none. */
  rollout: Rollout | null;
  /** Ended rollouts, newest first. */
  history: readonly RolloutRecord[];
}

/** Executable that one node was offered last, and the state of that offer. */
export interface ProgramStatus {
  readonly digest: Digest;
  readonly version: string;
  readonly state: "offered" | ProgramStateMessage["state"];
  readonly reason: string | null;
  /** Start of `state` on the monotonic clock. */
  readonly sinceMs: number;
}

/** Times of the attempt that answered a task, in milliseconds. */
export interface TaskTimes {
  /** Time from the acceptance of the task to the start of the attempt. */
  readonly queuedMs: number;
  /** Time from there until the result had arrived, with its pictures. */
  readonly awayMs: number;
  /** Part of `awayMs` that the node worked, as it says. */
  readonly serviceMs: number;
  /** Attempts that were started. */
  readonly attempts: number;
}

/** The answer to a picture that was recognised. */
export interface PredictedOutcome {
  readonly ok: true;
  readonly times: TaskTimes;
  readonly prediction: Prediction;
  readonly annotated: (BlobReference & { readonly mediaType: string }) | null;
}

/** The answer to a picture that was not recognised. */
export interface RefusedOutcome {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly reason: string;
  /** Time after which another try makes sense; absent if unknown. */
  readonly retryAfterMs?: number;
}

/** The end of a task, as its user gets it. */
export type TaskOutcome = PredictedOutcome | RefusedOutcome;

/** The whole state of the master. Only `apply` changes it. */
export interface MasterState {
  readonly settings: MasterSettings;
  readonly nodes: Map<string, NodeState>;
  /** Nodes that wait for the approval of an admin, by id, in the order in which they came. */
  readonly waiting: Map<string, NodeRecord>;
  /** Models by manifest digest. */
  readonly models: Map<Digest, ModelState>;
  /** Galleries by name. */
  readonly galleries: Map<string, GalleryState>;
  /** Names of retired galleries, oldest first; nodes that were away are notified on connecting. */
  readonly retiredGalleries: Set<string>;
  /** Lineages by the name of the model, without a version. */
  readonly lineages: Map<string, Lineage>;
  /** Executables of dml by the kind of host they are for. */
  readonly programs: Map<string, Program>;
  /** Last offer of an executable by node id, since the node last connected. */
  readonly programStatuses: Map<string, ProgramStatus>;
  /** Labels, requirements and bindings, as admins have decided them. */
  readonly fleet: FleetState;
  /** True if the offers to the nodes must be reconciled. */
  offersStale: boolean;
  /** Tasks accepted and not yet answered, oldest first. */
  readonly tasks: Map<string, TaskState>;
  readonly commands: Map<string, PendingNodeCommand>;
  waitingCount: number;
  /** Shares of the owners of tasks. */
  readonly shares: Shares;
  nextSequence: number;
  /** True once no new task is accepted. */
  stopping: boolean;
  /** Time of the last tick; `null` before the first. */
  tickedAtMs: number | null;
}

/** Creates the state of a master without nodes, models and tasks. */
export function createState(settings: Partial<MasterSettings> = {}): MasterState {
  return {
    settings: { ...DEFAULT_SETTINGS, ...settings },
    nodes: new Map(),
    waiting: new Map(),
    models: new Map(),
    galleries: new Map(),
    retiredGalleries: new Set(),
    lineages: new Map(),
    programs: new Map(),
    programStatuses: new Map(),
    fleet: createFleet(),
    offersStale: false,
    tasks: new Map(),
    commands: new Map(),
    waitingCount: 0,
    shares: new Shares(),
    nextSequence: 1,
    stopping: false,
    tickedAtMs: null,
  };
}
