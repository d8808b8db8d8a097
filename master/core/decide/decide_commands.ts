import type { FinishCommand, RunNodeCommand } from "../messages/command.ts";
import type { CommandFinished, MasterEvent } from "../messages/event.ts";
import type { MasterState, Moment } from "../state/state.ts";

/**
 * Sends the command of an administrator to the node, or refuses it if the node is not connected.
 */
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

/** Finishes a command that the node reports as done or failed. */
export function decideCommandDone(
  state: MasterState,
  { nodeId, message: { commandId, ok, detail } }: FinishCommand,
): CommandFinished[] {
  if (state.commands.get(commandId)?.nodeId !== nodeId) return [];
  return [{ type: "command_finished", commandId, code: ok ? null : "request_invalid", detail }];
}

/**
 * Finishes the commands of a lost node. A `shutdown` succeeded, since the node has left; any other
 * fails with `connection_lost`.
 */
export function abandonCommands(state: MasterState, lostNodeId: string): CommandFinished[] {
  const events: CommandFinished[] = [];
  for (const { commandId, nodeId, command } of state.commands.values()) {
    if (nodeId !== lostNodeId) continue;
    const type = "command_finished";
    if (command === "shutdown") events.push({ type, commandId, code: null, detail: "The node has left." });
    else {
      const detail = "The node left before it confirmed the command.";
      events.push({ type, commandId, code: "connection_lost", detail });
    }
  }
  return events;
}

/** Finishes commands that a node did not confirm before their deadline. */
export function expireCommands(state: MasterState, now: Moment): CommandFinished[] {
  const events: CommandFinished[] = [];
  for (const { commandId, command, deadlineAtMs } of state.commands.values()) {
    if (now.nowMs < deadlineAtMs) continue;
    const detail = `The node did not confirm the command ${command} in time.`;
    events.push({ type: "command_finished", commandId, code: "deadline_exceeded", detail });
  }
  return events;
}
