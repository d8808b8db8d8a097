import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import type { TaskOutcome } from "../state/state.ts";

/** Action that the shell carries out because of an event, after the event was persisted. */
export type Effect =
  | { readonly type: "send"; readonly nodeId: string; readonly message: Message }
  /** Makes the connection the current one of the node; its messages count from now on. */
  | {
    readonly type: "welcome";
    readonly connectionId: number;
    readonly nodeId: string;
    /** True if this is the first time that the master lets the node in. */
    readonly isFirst: boolean;
  }
  /** Rejects a connection, which never becomes that of a node. */
  | {
    readonly type: "refuse";
    readonly connectionId: number;
    readonly code: ErrorCode;
    readonly reason: string;
  }
  | {
    readonly type: "close";
    readonly connectionId: number;
    readonly nodeId: string;
    readonly reason: string;
    /** Code that the node is told; absent for `connection_lost`. */
    readonly code?: ErrorCode;
  }
  /** Holds the picture for one more task, until that task is answered. */
  | { readonly type: "hold"; readonly taskId: string; readonly digest: Digest }
  | { readonly type: "answer"; readonly taskId: string; readonly outcome: TaskOutcome }
  | {
    readonly type: "answer_command";
    readonly commandId: string;
    readonly code: ErrorCode | null;
    readonly detail: string;
    /** Advice to the caller; absent for that of the code. */
    readonly advice?: string;
  };
