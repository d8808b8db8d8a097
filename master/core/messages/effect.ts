import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import type { TaskOutcome } from "../state/state.ts";

/** What the shell must do because of what happened, after it was persisted. */
export type Effect =
  | { readonly type: "send"; readonly nodeId: string; readonly message: Message }
  /** The connection becomes the node's own; its messages count from now on. */
  | { readonly type: "welcome"; readonly connectionId: number; readonly nodeId: string }
  /** The connection never becomes one of a node. */
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
  }
  /** The picture is needed for one more task, until that is answered. */
  | { readonly type: "hold"; readonly taskId: string; readonly digest: Digest }
  | { readonly type: "answer"; readonly taskId: string; readonly outcome: TaskOutcome }
  | {
    readonly type: "answer_command";
    readonly commandId: string;
    readonly code: ErrorCode | null;
    readonly detail: string;
  };
