import type { Manifest } from "../../../models/manifest.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { NodeCommandName } from "../../../protocol/messages/command.ts";
import type { Availability } from "../../../protocol/messages/liveness.ts";
import type { BlobReference } from "../../../protocol/messages/task.ts";
import type { GalleryEvent } from "./gallery_event.ts";
import type { ProgramEvent } from "./program_event.ts";
import type { RolloutPart } from "../state/rollout.ts";
import type { RolloutEvent } from "./rollout_event.ts";
import type { NodeRecord, TaskOutcome, TaskSpec } from "../state/state.ts";

/** Admission of a node, new or returning, with what it reports about itself. Durable. */
export interface NodeRecorded {
  readonly type: "node_recorded";
  readonly record: NodeRecord;
}

/** Time a node was last seen. Durable; written when it disconnects and rarely in between. */
export interface NodeSeen {
  readonly type: "node_seen";
  readonly nodeId: string;
  readonly lastSeenMs: number;
  readonly completed: number;
}

/** Removal of the node that was not seen for longest, to make room for a new one. Durable. */
export interface NodeForgotten {
  readonly type: "node_forgotten";
  readonly nodeId: string;
}

export interface NodeConnected {
  readonly type: "node_connected";
  readonly nodeId: string;
  readonly connectionId: number;
  readonly atMs: number;
}

export interface NodeRefused {
  readonly type: "node_refused";
  readonly connectionId: number;
  readonly code: ErrorCode;
  readonly reason: string;
}

export interface SignalRecorded {
  readonly type: "signal_recorded";
  readonly nodeId: string;
  readonly atMs: number;
  readonly atWallMs: number;
}

export interface AvailabilityChanged {
  readonly type: "availability_changed";
  readonly nodeId: string;
  readonly availability: Availability;
}

/** Start of a suspicion: the node has been silent for a while and gets no new work. */
export interface NodeSuspected {
  readonly type: "node_suspected";
  readonly nodeId: string;
}

/** End of a suspicion: the node sends again. */
export interface NodeRecovered {
  readonly type: "node_recovered";
  readonly nodeId: string;
}

/** Loss of a node's connection. The node's attempts ended in earlier events. */
export interface NodeLost {
  readonly type: "node_lost";
  readonly nodeId: string;
  readonly connectionId: number;
  /** True if the node was draining and had no live attempts. */
  readonly orderly: boolean;
  readonly reason: string;
}

/** Withdrawal of a node: it returns its tasks and takes no new ones. */
export interface NodeWithdrew {
  readonly type: "node_withdrew";
  readonly nodeId: string;
}

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
  /**
   * `won`: its result is the answer. `failed`: the node reported a failure. `lost`: the node was
   * lost. `returned`: the node gave the task back without trying it. `cancelled`: the result is no
   * longer needed, and the node is notified.
   */
  readonly how: "won" | "failed" | "lost" | "returned" | "cancelled";
  /** Service time measured by the node; `null` unless the attempt was won. */
  readonly serviceMs: number | null;
  /** `null` unless the attempt failed. */
  readonly code: ErrorCode | null;
  /** Reason from the node, for the log, never for a user; `null` unless the attempt failed. */
  readonly reason: string | null;
}

/** Return of a task to the queue, ahead of the tasks that came after it. */
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

export interface NodeCommandSent {
  readonly type: "node_command_sent";
  readonly commandId: string;
  readonly nodeId: string;
  readonly command: NodeCommandName;
  readonly deadlineAtMs: number;
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
  | NodeRecorded
  | NodeSeen
  | NodeForgotten
  | NodeConnected
  | NodeRefused
  | SignalRecorded
  | AvailabilityChanged
  | NodeSuspected
  | NodeRecovered
  | NodeLost
  | NodeWithdrew
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
  | NodeCommandSent
  | CommandFinished
  | StopBegun
  | TimePassed;
