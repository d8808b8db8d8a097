import type { Manifest } from "../../../models/manifest.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { BlobReference } from "../../../protocol/messages/task.ts";
import type { FleetEvent } from "./fleet_event.ts";
import type { GalleryEvent } from "./gallery_event.ts";
import type { NodeEvent } from "./node_event.ts";
import type { OrderEvent } from "./order_event.ts";
import type { ProgramEvent } from "./program_event.ts";
import type { RolloutPart } from "../state/rollout.ts";
import type { RolloutEvent } from "./rollout_event.ts";
import type { TaskOutcome, TaskSpec } from "../state/state.ts";

/** Registration of a model, which is served from now on. Durable. */
export interface ModelRegistered {
  readonly type: "model_registered";
  readonly manifest: BlobReference;
  readonly document: Manifest;
  readonly atMs: number;
  readonly atWallMs: number;
}

export interface ModelOffered {
  readonly type: "model_offered";
  readonly nodeId: string;
  readonly manifestDigest: Digest;
  readonly atMs: number;
}

/** Finding that a node does not meet the requirements of the model. */
export interface ModelUnsuitable {
  readonly type: "model_unsuitable";
  readonly nodeId: string;
  readonly manifestDigest: Digest;
  readonly reason: string;
  readonly atMs: number;
}

export interface ModelReady {
  readonly type: "model_ready";
  readonly nodeId: string;
  readonly manifestDigest: Digest;
  readonly imagesPerSecond: number;
  readonly fetchedBytes: number;
  readonly warmUpMs: number;
  /** Memory of one worker; `null` if the node did not measure it. */
  readonly memoryBytes: number | null;
  readonly atMs: number;
}

export interface ModelFailed {
  readonly type: "model_failed";
  readonly nodeId: string;
  readonly manifestDigest: Digest;
  readonly code: string;
  readonly reason: string;
  readonly retryable: boolean;
  readonly atMs: number;
}

/** Arrival of the first node that serves or loads the model, or loss of the last one. */
export interface ServabilityChanged {
  readonly type: "servability_changed";
  readonly manifestDigest: Digest;
  readonly servable: boolean;
  readonly atMs: number;
}

export interface TaskAccepted {
  readonly type: "task_accepted";
  readonly spec: TaskSpec;
  /** Role of the task in a rollout; absent if it has none. */
  readonly part?: RolloutPart;
}

export interface AttemptStarted {
  readonly type: "attempt_started";
  readonly spec: TaskSpec;
  readonly attempt: number;
  readonly nodeId: string;
  readonly serviceMs: number;
  readonly expectedMs: number;
  readonly atMs: number;
}

/** End of an attempt, however it came about. */
export interface AttemptEnded {
  readonly type: "attempt_ended";
  readonly taskId: string;
  readonly attempt: number;
  readonly nodeId: string;
  readonly manifestDigest: Digest;
  /** `returned`: the node did not try it. `cancelled`: not needed any more, and the node is told. */
  readonly how: "won" | "failed" | "lost" | "returned" | "cancelled";
  /** Service time measured by the node; `null` unless the attempt was won. */
  readonly serviceMs: number | null;
  /** `null` unless the attempt failed, or may have brought down its node: `worker_died`. */
  readonly code: ErrorCode | null;
  /** Reason from the node, for the log only; `null` unless the attempt failed. */
  readonly reason: string | null;
}

/** Return of a task to its old place in the queue. */
export interface TaskRequeued {
  readonly type: "task_requeued";
  readonly taskId: string;
}

/** Answer to a task; there is exactly one per task. */
export interface TaskAnswered {
  readonly type: "task_answered";
  readonly taskId: string;
  readonly outcome: TaskOutcome;
}

/** Outcome of a command; there is exactly one per command. */
export interface CommandFinished {
  readonly type: "command_finished";
  readonly commandId: string;
  /** `null` if the command succeeded. */
  readonly code: ErrorCode | null;
  readonly detail: string;
  /** Advice to the caller; absent for that of the code. */
  readonly advice?: string;
}

export interface StopBegun {
  readonly type: "stop_begun";
}

export interface TimePassed {
  readonly type: "time_passed";
  readonly atMs: number;
}

/** Events of the master. */
export type MasterEvent =
  | NodeEvent
  | ModelRegistered
  | ModelOffered
  | ModelUnsuitable
  | ModelReady
  | ModelFailed
  | ServabilityChanged
  | GalleryEvent
  | RolloutEvent
  | ProgramEvent
  | TaskAccepted
  | AttemptStarted
  | AttemptEnded
  | TaskRequeued
  | TaskAnswered
  | FleetEvent
  | OrderEvent
  | CommandFinished
  | StopBegun
  | TimePassed;
