import type { NodeCommandName } from "../../../protocol/messages/command.ts";
import type { GalleryFailed, GalleryReady } from "../../../protocol/messages/gallery.ts";
import type { Hello } from "../../../protocol/messages/hello.ts";
import type { Availability } from "../../../protocol/messages/liveness.ts";
import type { ModelFailed, ModelReady } from "../../../protocol/messages/model.ts";
import type { BlobReference, TaskFailed, TaskOptions, TaskResult } from "../../../protocol/messages/task.ts";
import type { CommandDone } from "../../../protocol/messages/command.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Program, ProgramStateMessage } from "../../../protocol/messages/program.ts";
import type { VersionCommand } from "./rollout_command.ts";
import type { Manifest } from "../../../models/manifest.ts";
import type { PublishedGallery } from "../state/gallery_state.ts";

/** Something a connected node said; it counts only while that connection is the node's own. */
interface FromNode {
  readonly nodeId: string;
  readonly connectionId: number;
}

/** A node said hello and its credential is good. */
export interface ConnectNode {
  readonly type: "connect_node";
  readonly connectionId: number;
  readonly hello: Hello;
  /** Of the other side, for people. */
  readonly address: string;
}

/** Something arrived from the node, whatever it was. */
export interface RecordSignal extends FromNode {
  readonly type: "record_signal";
}

export interface UpdateAvailability extends FromNode {
  readonly type: "update_availability";
  readonly availability: Availability;
}

/** The connection is gone. */
export interface LoseNode extends FromNode {
  readonly type: "lose_node";
  readonly reason: string;
}

export interface RegisterModel {
  readonly type: "register_model";
  readonly manifest: BlobReference;
  readonly document: Manifest;
  /** Who waits until it is in the ledger; left out for what the catalog brings again at every start. */
  readonly commandId?: string;
}

export interface AcceptReady extends FromNode {
  readonly type: "accept_ready";
  readonly message: ModelReady;
}

export interface AcceptModelFailure extends FromNode {
  readonly type: "accept_model_failure";
  readonly message: ModelFailed;
}

/** The people of a gallery have changed. */
export interface PublishGallery extends PublishedGallery {
  readonly type: "publish_gallery";
}

export interface RetireGallery {
  readonly type: "retire_gallery";
  readonly gallery: string;
}

export interface AcceptGalleryReady extends FromNode {
  readonly type: "accept_gallery_ready";
  readonly message: GalleryReady;
}

export interface AcceptGalleryFailure extends FromNode {
  readonly type: "accept_gallery_failure";
  readonly message: GalleryFailed;
}

/** This executable of dml can be had from the master. */
export interface HoldProgram {
  readonly type: "hold_program";
  readonly program: Program;
}

export interface AcceptProgramState extends FromNode {
  readonly type: "accept_program_state";
  readonly message: ProgramStateMessage;
}

/** A user wants one image recognised. */
export interface SubmitTask {
  readonly type: "submit_task";
  readonly taskId: string;
  readonly manifestDigest: Digest;
  /** The model's bare name when no version was asked for: the task is one for the latest, whichever that is now. */
  readonly follows?: string;
  readonly image: BlobReference | null;
  readonly options: TaskOptions;
}

/** Nobody waits for the answer any more. */
export interface CancelTask {
  readonly type: "cancel_task";
  readonly taskId: string;
}

export interface AcceptResult extends FromNode {
  readonly type: "accept_result";
  readonly message: TaskResult;
}

export interface AcceptTaskFailure extends FromNode {
  readonly type: "accept_task_failure";
  readonly message: TaskFailed;
}

/** An administrator wants a node to do something. */
export interface RunNodeCommand {
  readonly type: "run_node_command";
  readonly commandId: string;
  readonly nodeId: string;
  readonly command: NodeCommandName;
}

export interface FinishCommand extends FromNode {
  readonly type: "finish_command";
  readonly message: CommandDone;
}

/** Time has passed. */
export interface Tick {
  readonly type: "tick";
  /** Whether no version is promoted for now: the ledger cannot keep it. */
  readonly promotesNothing?: boolean;
}

/** Take no new task. */
export interface BeginStop {
  readonly type: "begin_stop";
}

/** Refuse what is still running. */
export interface FinishStop {
  readonly type: "finish_stop";
}

/** What the master may be told to do. */
export type Command =
  | ConnectNode
  | RecordSignal
  | UpdateAvailability
  | LoseNode
  | RegisterModel
  | VersionCommand
  | AcceptReady
  | AcceptModelFailure
  | PublishGallery
  | RetireGallery
  | AcceptGalleryReady
  | AcceptGalleryFailure
  | HoldProgram
  | AcceptProgramState
  | SubmitTask
  | CancelTask
  | AcceptResult
  | AcceptTaskFailure
  | RunNodeCommand
  | FinishCommand
  | Tick
  | BeginStop
  | FinishStop;
