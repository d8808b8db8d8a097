import type { NodeOrderName } from "../../../protocol/messages/command_names.ts";

/** Start of an order about a node; all but `upgrade` are sent to the node. */
export interface NodeCommandSent {
  readonly type: "node_command_sent";
  readonly commandId: string;
  readonly nodeId: string;
  readonly command: NodeOrderName;
  readonly deadlineAtMs: number;
}

/** Announcement of a node that it leaves to start again, because of this order. */
export interface NodeLeaving {
  readonly type: "node_leaving";
  readonly commandId: string;
}

/** Events about orders, except for their end. */
export type OrderEvent = NodeCommandSent | NodeLeaving;
