import type { NodeOrderName } from "../../../protocol/messages/command_names.ts";
import type { GalleryFailed, GalleryReady } from "../../../protocol/messages/gallery.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { NodeDecision } from "../../../protocol/http_api/node_decision.ts";
import type { Hello } from "../../../protocol/messages/hello.ts";
import type { Availability } from "../../../protocol/messages/liveness.ts";
import type { ModelFailed, ModelReady } from "../../../protocol/messages/model.ts";
import type { BlobReference, TaskFailed, TaskOptions, TaskResult } from "../../../protocol/messages/task.ts";
import type { CommandDone } from "../../../protocol/messages/command.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Program, ProgramStateMessage } from "../../../protocol/messages/program.ts";
import type { FleetCommand } from "./fleet_command.ts";
import type { VersionCommand } from "./rollout_command.ts";
import type { Manifest } from "../../../models/manifest.ts";
import type { PublishedGallery } from "../state/gallery_state.ts";

/** A report from a connected node, ignored unless the node still has that connection. */
interface FromNode {
  readonly nodeId: string;
  readonly connectionId: number;
}

/** Right of a node to come in, beside its key, which it has proven. */
export type EnrolmentProof =
  /** The master demands no token. */
  | { readonly kind: "open" }
  /** It came with a valid token for nodes. */
  | { readonly kind: "token" }
  /** It is the node in the process of this master. */
  | { readonly kind: "own" }
  /** It came with none; the refusal if the master does not know its key. */
  | { readonly kind: "none"; readonly code: ErrorCode; readonly reason: string };

/** A node said hello and has proven that it has the key. */
export interface ConnectNode {
  readonly type: "connect_node";
  readonly connectionId: number;
  /** Id that follows from the key in the hello. */
  readonly nodeId: string;
  readonly hello: Hello;
  readonly proof: EnrolmentProof;
  /** Address of the node, for people. */
  readonly address: string;
}

/** A message of any kind arrived from the node. */
export interface RecordSignal extends FromNode {
  readonly type: "record_signal";
}

export interface UpdateAvailability extends FromNode {
  readonly type: "update_availability";
  readonly availability: Availability;
}

/** The connection of a node is lost. */
export interface LoseNode extends FromNode {
  readonly type: "lose_node";
  readonly reason: string;
}

export interface RegisterModel {
  readonly type: "register_model";
  readonly manifest: BlobReference;
  readonly document: Manifest;
  /**
   * Id of the command whose caller waits for the ledger; absent for entries of the catalog, which
   * are registered again at every start.
   */
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

/** A new version of a gallery is published. */
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

/** An executable of dml became available at the master. */
export interface AddProgram {
  readonly type: "add_program";
  readonly program: Program;
}

export interface AcceptProgramState extends FromNode {
  readonly type: "accept_program_state";
  readonly message: ProgramStateMessage;
}

/** A user submits one image. */
export interface SubmitTask {
  readonly type: "submit_task";
  readonly taskId: string;
  readonly manifestDigest: Digest;
  /** Bare name of the model if the request named no version: the task goes to the latest. */
  readonly follows?: string;
  /** Owner by whose share of the nodes it is served; absent for the master itself. */
  readonly owner?: string;
  readonly image: BlobReference | null;
  readonly options: TaskOptions;
  /** Time after which the task is given up, if that is less than the usual one. */
  readonly deadlineMs?: number;
}

/** The caller of a task has gone away. */
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

/** An administrator sends a command to a node. */
export interface RunNodeCommand {
  readonly type: "run_node_command";
  readonly commandId: string;
  readonly nodeId: string;
  readonly command: NodeOrderName;
}

/** An admin decides about a node. */
export interface JudgeNode {
  readonly type: "judge_node";
  readonly commandId: string;
  readonly nodeId: string;
  readonly decision: NodeDecision;
}

export interface FinishCommand extends FromNode {
  readonly type: "finish_command";
  readonly message: CommandDone;
}

/** The clock is read, several times a heartbeat. */
export interface Tick {
  readonly type: "tick";
  /** True while no version may be promoted, because the ledger cannot be written. */
  readonly promotesNothing?: boolean;
}

/** The master starts to stop: it takes no new task. */
export interface BeginStop {
  readonly type: "begin_stop";
}

/** The master ends its stop: it refuses tasks that are still running. */
export interface FinishStop {
  readonly type: "finish_stop";
}

/** The input of `decide`. */
export type Command =
  | ConnectNode
  | RecordSignal
  | UpdateAvailability
  | LoseNode
  | RegisterModel
  | VersionCommand
  | FleetCommand
  | AcceptReady
  | AcceptModelFailure
  | PublishGallery
  | RetireGallery
  | AcceptGalleryReady
  | AcceptGalleryFailure
  | AddProgram
  | AcceptProgramState
  | SubmitTask
  | CancelTask
  | AcceptResult
  | AcceptTaskFailure
  | RunNodeCommand
  | JudgeNode
  | FinishCommand
  | Tick
  | BeginStop
  | FinishStop;
