import type { Effect } from "./messages/effect.ts";
import type { AttemptStarted, MasterEvent } from "./messages/event.ts";
import type { MasterState } from "./state/state.ts";

/**
 * Returns what the shell must do because of the events of one turn, in order. Call it only after
 * the events were persisted.
 */
export function effects(events: readonly MasterEvent[], state: MasterState): Effect[] {
  const list: Effect[] = [];
  for (const event of events) {
    const effect = effectOf(event, state);
    if (effect !== null) list.push(effect);
  }
  return list;
}

function effectOf(event: MasterEvent, state: MasterState): Effect | null {
  switch (event.type) {
    case "attempt_started":
      return assignment(event);
    case "attempt_ended":
      if (event.how !== "cancelled") return null;
      return {
        type: "send",
        nodeId: event.nodeId,
        message: { type: "task.cancel", taskId: event.taskId, attempt: event.attempt },
      };
    case "task_answered":
      return { type: "answer", taskId: event.taskId, outcome: event.outcome };
    case "node_connected": {
      const { connectionId, nodeId, isFirst } = event;
      return { type: "welcome", connectionId, nodeId, isFirst };
    }
    case "node_refused":
      return {
        type: "refuse",
        connectionId: event.connectionId,
        code: event.code,
        reason: event.reason,
      };
    case "node_lost":
      return {
        type: "close",
        connectionId: event.connectionId,
        nodeId: event.nodeId,
        reason: event.reason,
        code: event.code,
      };
    case "model_offered":
      return offer(event, state);
    case "gallery_withdrawn":
      return { type: "send", nodeId: event.nodeId, message: { type: "gallery.retire", gallery: event.gallery } };
    case "gallery_offered": {
      const gallery = state.galleries.get(event.gallery);
      if (gallery === undefined) return null;
      const { gallery: name, version, index } = gallery;
      return { type: "send", nodeId: event.nodeId, message: { type: "gallery.offer", gallery: name, version, index } };
    }
    case "program_offered":
      return { type: "send", nodeId: event.nodeId, message: { type: "program.offer", ...event.program } };
    case "model_retired": {
      const { nodeId, manifestDigest, held } = event;
      return held ? { type: "send", nodeId, message: { type: "model.retire", manifestDigest } } : null;
    }
    case "task_accepted": {
      const { spec: { taskId, image }, part } = event;
      return part?.kind === "shadow" && image !== null ? { type: "hold", taskId, digest: image.digest } : null;
    }
    case "node_command_sent": {
      const { commandId, command, nodeId } = event;
      // The offer of the program is an event of its own.
      if (command === "upgrade") return null;
      return { type: "send", nodeId, message: { type: "command.run", commandId, command } };
    }
    case "command_finished": {
      const { type: _, ...outcome } = event;
      return { type: "answer_command", ...outcome };
    }
    default:
      return null;
  }
}

function assignment({ spec, attempt, nodeId, atMs }: AttemptStarted): Effect {
  return {
    type: "send",
    nodeId,
    message: {
      type: "task.assign",
      taskId: spec.taskId,
      attempt,
      manifestDigest: spec.manifestDigest,
      image: spec.image,
      options: spec.options,
      deadlineMs: Math.max(0, spec.deadlineAtMs - atMs),
    },
  };
}

function offer(
  { nodeId, manifestDigest }: Extract<MasterEvent, { type: "model_offered" }>,
  state: MasterState,
): Effect | null {
  const model = state.models.get(manifestDigest);
  if (model === undefined) return null;
  const { name, manifest, document: { files, requirements } } = model;
  return {
    type: "send",
    nodeId,
    message: {
      type: "model.offer",
      model: name,
      manifest,
      files: files.map(({ digest, size }) => ({ digest, size })),
      requirements,
    },
  };
}
