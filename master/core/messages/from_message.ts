import type { Message } from "../../../protocol/messages/message.ts";
import type { Command } from "./command.ts";

/** Node and connection that a message came from. */
export interface MessageOrigin {
  readonly nodeId: string;
  readonly connectionId: number;
}

/**
 * Returns the command for a message of a node; `null` if the message changes nothing in the core.
 */
export function commandOf(message: Message, from: MessageOrigin): Command | null {
  const { nodeId, connectionId } = from;
  switch (message.type) {
    case "availability":
      return { type: "update_availability", nodeId, connectionId, availability: message };
    case "model.ready":
      return { type: "accept_ready", nodeId, connectionId, message };
    case "model.failed":
      return { type: "accept_model_failure", nodeId, connectionId, message };
    case "gallery.ready":
      return { type: "accept_gallery_ready", nodeId, connectionId, message };
    case "gallery.failed":
      return { type: "accept_gallery_failure", nodeId, connectionId, message };
    case "program.state":
      return { type: "accept_program_state", nodeId, connectionId, message };
    case "task.result":
      return { type: "accept_result", nodeId, connectionId, message };
    case "task.failed":
      return { type: "accept_task_failure", nodeId, connectionId, message };
    case "command.done":
      return { type: "finish_command", nodeId, connectionId, message };
    default:
      return null;
  }
}
