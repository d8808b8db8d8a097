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

/** A node was seen for the first time, or came back and says something else of itself. Durable. */
export interface NodeRecorded {
  readonly type: "node_recorded";
  readonly record: NodeRecord;
}

/** A node was there at that time. Durable; written when it comes, when it goes and rarely in between. */
export interface NodeSeen {
  readonly type: "node_seen";
  readonly nodeId: string;
  readonly lastSeenMs: number;
  readonly completed: number;
}

/** The node not seen for longest made room for a new one. Durable. */
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

export interface NodeHeard {
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

/** It has been silent for a while: no new work. */
export interface NodeSuspected {
  readonly type: "node_suspected";
  readonly nodeId: string;
}

/** It was suspected and speaks again. */
export interface NodeRecovered {
  readonly type: "node_recovered";
  readonly nodeId: string;
}

/** Its connection is gone or given up; its attempts ended before this. */
export interface NodeLost {
  readonly type: "node_lost";
  readonly nodeId: string;
  readonly connectionId: number;
  /** It took no new work any more and had nothing in hand. */
  readonly orderly: boolean;
  readonly reason: string;
}

/** The node gives its work back: it takes no more. */
export interface NodeWithdrew {
  readonly type: "node_withdrew";
  readonly nodeId: string;
}

/** A model is served from now on. Durable. */
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

/** The node does not have what the model needs. */
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

/** The first node that could serve it came, or the last one went. */
export interface ServabilityChanged {
  readonly type: "servability_changed";
  readonly manifestDigest: Digest;
  readonly servable: boolean;
  readonly atMs: number;
}

export interface TaskAccepted {
  readonly type: "task_accepted";
  readonly spec: TaskSpec;
  /** What it has to do with a rollout; left out: nothing. */
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

/** An attempt came to its end, one way or another. */
export interface AttemptEnded {
  readonly type: "attempt_ended";
  readonly taskId: string;
  readonly attempt: number;
  readonly nodeId: string;
  readonly manifestDigest: Digest;
  /**
   * `won`: its result is the answer. `failed`: the node said so. `lost`: the node is gone. `returned`: the node gave it
   * back untried. `cancelled`: nobody needs it any more, and the node is to be told.
   */
  readonly how: "won" | "failed" | "lost" | "returned" | "cancelled";
  /** Measured by the node, of a won one. */
  readonly serviceMs: number | null;
  /** Of a failed one. */
  readonly code: ErrorCode | null;
  /** Of a failed one, as the node said it: for the log, never for a user. */
  readonly reason: string | null;
}

/** The task waits again, before those that came after it. */
export interface TaskRequeued {
  readonly type: "task_requeued";
  readonly taskId: string;
}

/** The one answer that a task gets. */
export interface TaskAnswered {
  readonly type: "task_answered";
  readonly taskId: string;
  readonly outcome: TaskOutcome;
}

export interface CommandOrdered {
  readonly type: "node_command_sent";
  readonly commandId: string;
  readonly nodeId: string;
  readonly command: NodeCommandName;
  readonly deadlineAtMs: number;
}

/** The one answer that a command gets. */
export interface CommandFinished {
  readonly type: "command_finished";
  readonly commandId: string;
  /** Null when the node did it. */
  readonly code: ErrorCode | null;
  readonly detail: string;
}

export interface StopBegun {
  readonly type: "stop_begun";
}

export interface TimePassed {
  readonly type: "time_passed";
  readonly atMs: number;
}

/** What may happen in a master. */
export type MasterEvent =
  | NodeRecorded
  | NodeSeen
  | NodeForgotten
  | NodeConnected
  | NodeRefused
  | NodeHeard
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
  | CommandOrdered
  | CommandFinished
  | StopBegun
  | TimePassed;
