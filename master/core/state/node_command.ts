import type { NodeOrderName } from "../../../protocol/messages/command_names.ts";

/** An order about a node that is not carried out yet. */
export interface PendingNodeCommand {
  readonly commandId: string;
  readonly nodeId: string;
  readonly command: NodeOrderName;
  readonly deadlineAtMs: number;
  /**
   * True once the node has announced that it leaves to start again: the order then ends when it
   * comes back.
   */
  readonly isLeaving: boolean;
}
