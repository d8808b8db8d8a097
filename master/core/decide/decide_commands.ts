import type { FinishCommand, RunNodeCommand } from "../messages/command.ts";
import type { CommandFinished, MasterEvent } from "../messages/event.ts";
import type { MasterState, Moment } from "../state/state.ts";

/** Passes an administrator's command on to the node, if it is there. */
export function decideNodeCommand(state: MasterState, order: RunNodeCommand, now: Moment): MasterEvent[] {
  const { commandId, nodeId, command } = order;
  const node = state.nodes.get(nodeId);
  if (!node?.connection) {
    const detail = node === undefined
      ? `There is no node ${nodeId}.`
      : `The node ${node.record.name} is not connected.`;
    return [{ type: "command_finished", commandId, code: "node_unknown", detail }];
  }
  const deadlineAtMs = now.nowMs + state.settings.commandDeadlineMs;
  return [{ type: "node_command_sent", commandId, nodeId, command, deadlineAtMs }];
}

/** The node says that it is done, or why it could not. */
export function decideCommandDone(
  state: MasterState,
  { nodeId, message: { commandId, ok, detail } }: FinishCommand,
): CommandFinished[] {
  if (state.commands.get(commandId)?.nodeId !== nodeId) return [];
  return [{ type: "command_finished", commandId, code: ok ? null : "request_invalid", detail }];
}

/** The commands of a node that is gone. One that was told to shut down did so by going. */
export function abandonCommands(state: MasterState, lostNodeId: string): CommandFinished[] {
  const events: CommandFinished[] = [];
  for (const { commandId, nodeId, command } of state.commands.values()) {
    if (nodeId !== lostNodeId) continue;
    const type = "command_finished";
    if (command === "shutdown") events.push({ type, commandId, code: null, detail: "It left." });
    else {
      const detail = "The node left before it confirmed the command.";
      events.push({ type, commandId, code: "connection_lost", detail });
    }
  }
  return events;
}

/** Commands that a node never confirmed. */
export function expireCommands(state: MasterState, now: Moment): CommandFinished[] {
  const events: CommandFinished[] = [];
  for (const { commandId, command, deadlineAtMs } of state.commands.values()) {
    if (now.nowMs < deadlineAtMs) continue;
    const detail = `The node did not confirm the command ${command} in time.`;
    events.push({ type: "command_finished", commandId, code: "deadline_exceeded", detail });
  }
  return events;
}
