import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Message } from "../../protocol/messages/message.ts";
import type { TaskResult } from "../../protocol/messages/task.ts";
import type { Command } from "./command.ts";

/** Who speaks. */
export interface Speaker {
  readonly nodeId: string;
  readonly connectionId: number;
}

/** The command that a node's message is to the master, or null for one that changes nothing here. */
export function commandOf(
  message: Message,
  from: Speaker,
  options: { holdsBlob: (digest: Digest) => boolean },
): Command | null {
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
    case "task.result": {
      const { taskId, attempt } = message;
      const lost = picturesOf(message).find((digest) => !options.holdsBlob(digest));
      if (lost === undefined) return { type: "accept_result", nodeId, connectionId, message };
      const reason = `Its picture ${lost} never came.`;
      const failed = { type: "task.failed", taskId, attempt, code: "blob_not_found", reason } as const;
      return { type: "accept_task_failure", nodeId, connectionId, message: failed };
    }
    case "task.failed":
      return { type: "accept_task_failure", nodeId, connectionId, message };
    case "command.done":
      return { type: "finish_command", nodeId, connectionId, message };
    default:
      return null;
  }
}

/** The pictures that a result names: the annotated one and those of faces. */
function picturesOf({ annotated, prediction: { persons } }: TaskResult): Digest[] {
  const digests = persons.flatMap(({ crop }) => crop === undefined ? [] : [crop.digest]);
  return annotated === null ? digests : [annotated.digest, ...digests];
}
