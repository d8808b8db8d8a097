import type { Manifest } from "../../../models/manifest.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { FailureDetector } from "../../../protocol/wire/failure_detector.ts";
import type { NodeCommandName } from "../../../protocol/messages/command.ts";
import type { Capabilities } from "../../../protocol/messages/hello.ts";
import type { Availability } from "../../../protocol/messages/liveness.ts";
import type { Prediction } from "../../../protocol/messages/prediction.ts";
import type { BlobReference, TaskOptions } from "../../../protocol/messages/task.ts";
import type { PublishedGallery } from "../messages/gallery_event.ts";
import type { Program } from "../../../protocol/messages/program.ts";
import type { ProgramStatus } from "../messages/program_event.ts";
import type { Lineage } from "./lineage.ts";
import type { RolloutPart } from "./rollout.ts";
import { DEFAULT_SETTINGS, type MasterSettings } from "./settings.ts";
import { TaskQueue } from "./task_queue.ts";

/** One moment, on both clocks: `nowMs` for durations, `wallMs` for what people read. */
export interface Moment {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** What is kept of a node for ever: what the ledger holds. */
export interface NodeRecord {
  readonly nodeId: string;
  readonly name: string;
  /** Where it last connected from; for people. */
  readonly address: string;
  readonly version: string;
  readonly capabilities: Capabilities;
  /** Milliseconds since the Unix epoch. */
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Tasks that it answered. */
  readonly completed: number;
}

/** How one connected node stands to one model. */
export interface NodeModel {
  state: "offered" | "ready" | "failed" | "unsuitable";
  /** Since when, on the monotonic clock. */
  sinceMs: number;
  /** Measured by the node at warm-up, of one worker. */
  imagesPerSecond: number | null;
  /** What one task really takes there: a moving average that starts from `imagesPerSecond`. */
  serviceMs: number | null;
  /** Why it cannot, for people. */
  reason: string | null;
  /** Whether it is worth offering again. */
  retryable: boolean;
}

/** How one connected node stands to one gallery. */
export interface NodeGallery {
  /** To its newest version. */
  state: "offered" | "ready" | "failed";
  /** Since when, on the monotonic clock. */
  sinceMs: number;
  /** In force there, perhaps an older one than the newest; null while there is none. */
  readyVersion: number | null;
  /** Why it cannot have the newest, for people. */
  reason: string | null;
}

/** One try of a task on one node. */
export interface Attempt {
  readonly task: TaskState;
  readonly attempt: number;
  readonly nodeId: string;
  readonly startedAtMs: number;
  /** On a worker, as the scheduler saw it when it started. */
  readonly serviceMs: number;
  /** From `startedAtMs` to the result: `serviceMs` and the wait for a worker. */
  readonly expectedMs: number;
}

/** What exists of a node only while it is connected. */
export interface NodeConnection {
  /** Which of the shell's connections; what another one says of this node is out of date. */
  readonly connectionId: number;
  readonly detector: FailureDetector;
  suspect: boolean;
  draining: boolean;
  availability: Availability | null;
  /** By task id: a task has at most one live attempt on a node. */
  readonly attempts: Map<string, Attempt>;
  /** What the live attempts take on one worker, one after the other. */
  backlogMs: number;
  readonly models: Map<Digest, NodeModel>;
  /** By name. */
  readonly galleries: Map<string, NodeGallery>;
}

export interface NodeState {
  /** As the ledger holds it. */
  record: NodeRecord;
  /** Newer than in `record`. */
  lastSeenMs: number;
  completed: number;
  /** The wall time of the last write to the ledger. */
  recordedAtMs: number;
  /** Of the identity; mixed with a task's own it breaks ties. */
  readonly hash: number;
  connection: NodeConnection | null;
}

/** What a task is; never changes. */
export interface TaskSpec {
  readonly taskId: string;
  readonly manifestDigest: Digest;
  readonly image: BlobReference | null;
  readonly options: TaskOptions;
  readonly acceptedAtMs: number;
  readonly deadlineAtMs: number;
}

export interface TaskState {
  /** It and `model` change once at most: when a canary picture goes back to the old version. */
  spec: TaskSpec;
  model: ModelState;
  /** What it has to do with a rollout; null: nothing. */
  readonly part: RolloutPart | null;
  /** Grows with acceptance: who came first. */
  readonly sequence: number;
  /** Of the task id; breaks ties between nodes. */
  readonly hash: number;
  /** Numbers given out so far. */
  attemptsStarted: number;
  failures: number;
  /** Live ones: one, or two when the first is late. */
  readonly attempts: Attempt[];
  /** Nodes on which it failed, and those of them on which it killed a worker. */
  readonly failedOn: string[];
  readonly killedOn: string[];
  waiting: boolean;
  previous: TaskState | null;
  next: TaskState | null;
}

/** A model that is served. */
export interface ModelState {
  /** `name@version`. */
  readonly name: string;
  readonly manifest: BlobReference;
  readonly document: Manifest;
  readonly waiting: TaskQueue;
  /** Whether some connected node serves it or is about to, and since when. */
  servable: boolean;
  servableSinceMs: number;
  /** Tasks that wait for it or run on it, and when the last one came or went. */
  taskCount: number;
  usedAtMs: number;
}

/** A gallery in its newest version. */
export interface GalleryState extends PublishedGallery {
  readonly publishedAtMs: number;
}

/** What was seen in the picture. */
export interface PredictedOutcome {
  readonly ok: true;
  readonly prediction: Prediction;
  readonly annotated: (BlobReference & { readonly mediaType: string }) | null;
}

/** Why there is no prediction. */
export interface RefusedOutcome {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly reason: string;
  /** When to come back, where that is known. */
  readonly retryAfterMs?: number;
}

/** How a task ended: what its user gets. */
export type TaskOutcome = PredictedOutcome | RefusedOutcome;

/** A command that a node has not yet confirmed. */
export interface OrderedCommand {
  readonly commandId: string;
  readonly nodeId: string;
  readonly command: NodeCommandName;
  readonly deadlineAtMs: number;
}

/** All that the master knows. Only `apply` changes it. */
export interface MasterState {
  readonly settings: MasterSettings;
  readonly nodes: Map<string, NodeState>;
  /** By manifest digest. */
  readonly models: Map<Digest, ModelState>;
  /** By name. */
  readonly galleries: Map<string, GalleryState>;
  /** Names of galleries that were retired, oldest first: nodes that were away then are told when they come. */
  readonly retiredGalleries: Set<string>;
  /** By the name of the model, without a version. */
  readonly lineages: Map<string, Lineage>;
  /** Executables of dml by the kind of host that they are for. */
  readonly programs: Map<string, Program>;
  /** By node id, since it came last. */
  readonly programStatuses: Map<string, ProgramStatus>;
  /** Whether what the nodes are offered may not be what they should be. */
  offersStale: boolean;
  /** Accepted and not yet answered, oldest first. */
  readonly tasks: Map<string, TaskState>;
  readonly commands: Map<string, OrderedCommand>;
  waitingCount: number;
  nextSequence: number;
  /** Takes no new task any more. */
  stopping: boolean;
  /** When time was last looked at; null before the first time. */
  tickedAtMs: number | null;
}

/** A master that knows nothing yet. */
export function createState(settings: Partial<MasterSettings> = {}): MasterState {
  return {
    settings: { ...DEFAULT_SETTINGS, ...settings },
    nodes: new Map(),
    models: new Map(),
    galleries: new Map(),
    retiredGalleries: new Set(),
    lineages: new Map(),
    programs: new Map(),
    programStatuses: new Map(),
    offersStale: false,
    tasks: new Map(),
    commands: new Map(),
    waitingCount: 0,
    nextSequence: 1,
    stopping: false,
    tickedAtMs: null,
  };
}
