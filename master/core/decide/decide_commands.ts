import { isNewer, targetNameOf } from "../../../protocol/program/executable.ts";
import type { AcceptProgramState, FinishCommand, RunNodeCommand } from "../messages/command.ts";
import type { CommandFinished, MasterEvent } from "../messages/event.ts";
import type { NodeLeaving } from "../messages/order_event.ts";
import type { PendingNodeCommand } from "../state/node_command.ts";
import type { MasterState, Moment, NodeState } from "../state/state.ts";
import { programFor } from "./decide_programs.ts";

/**
 * Starts the order of an administrator about a node, or refuses it if the node is not connected.
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
  const deadlineAtMs = now.nowMs + state.settings.commandDeadlineMs + state.settings.slowCommandMs[command];
  const sent: MasterEvent = { type: "node_command_sent", commandId, nodeId, command, deadlineAtMs };
  return command === "upgrade" ? upgradeNode(state, { node, sent, now }) : [sent];
}

/**
 * Offers a node the newest program for its host, even if it has declined or failed it before. The
 * order ends when the node reports why not, or comes back.
 */
function upgradeNode(
  state: MasterState,
  { node, sent, now }: { node: NodeState; sent: Extract<MasterEvent, { type: "node_command_sent" }>; now: Moment },
): MasterEvent[] {
  const { commandId, nodeId } = sent;
  const { version, capabilities } = node.record;
  const program = programFor(state, node);
  if (program === null) {
    const detail = `It runs dml ${version}, and the master has nothing newer for ${targetNameOf(capabilities)}.`;
    return [{ type: "command_finished", commandId, code: null, detail }];
  }
  const status = state.programStatuses.get(nodeId);
  const isTaken = status?.digest === program.digest && (status.state === "fetching" || status.state === "restarting");
  return isTaken ? [sent] : [sent, { type: "program_offered", nodeId, program, atMs: now.nowMs }];
}

/**
 * Finishes a command that the node reports as done or failed. A `restart` is done only when the
 * node has come back.
 */
export function decideCommandDone(
  state: MasterState,
  { nodeId, message: { commandId, ok, detail } }: FinishCommand,
): (CommandFinished | NodeLeaving)[] {
  const pending = state.commands.get(commandId);
  if (pending?.nodeId !== nodeId) return [];
  if (ok && pending.command === "restart") return [{ type: "node_leaving", commandId }];
  return [{ type: "command_finished", commandId, code: ok ? null : "request_invalid", detail }];
}

/** Follows the orders to upgrade a node with its report on the program that it was offered. */
export function followUpgrade(
  state: MasterState,
  { nodeId, message: { state: status, reason } }: AcceptProgramState,
): (CommandFinished | NodeLeaving)[] {
  if (status === "fetching") return [];
  return pendingOf(state, nodeId).filter(({ command }) => command === "upgrade").map(({ commandId }) => {
    if (status === "restarting") return { type: "node_leaving", commandId };
    const detail = reason ?? "The node did not take the newer program.";
    return { type: "command_finished", commandId, code: "request_invalid", detail };
  });
}

/** Finishes the orders because of which the node, which runs `version` now, had left. */
export function finishReturned(
  state: MasterState,
  { nodeId, version }: { readonly nodeId: string; readonly version: string },
): CommandFinished[] {
  const before = state.nodes.get(nodeId)?.record.version ?? version;
  return pendingOf(state, nodeId).filter(({ isLeaving }) => isLeaving).map(({ commandId, command }) => {
    const type = "command_finished";
    if (command === "restart") return { type, commandId, code: null, detail: `It is back, with dml ${version}.` };
    if (isNewer(version, before)) return { type, commandId, code: null, detail: `It runs dml ${version} now.` };
    const detail = `It is back with dml ${version}; the newer program did not start successfully.`;
    return { type, commandId, code: "request_invalid", detail };
  });
}

/**
 * Finishes the commands of a lost node. A `shutdown` succeeded, since the node has left; one that
 * the node left for is finished when it comes back; any other fails with `connection_lost`.
 */
export function abandonCommands(state: MasterState, lostNodeId: string): CommandFinished[] {
  return pendingOf(state, lostNodeId).filter(({ isLeaving }) => !isLeaving).map(({ commandId, command }) => {
    const type = "command_finished";
    if (command === "shutdown") return { type, commandId, code: null, detail: "The node has left." };
    const detail = "The node left before it confirmed the command.";
    return { type, commandId, code: "connection_lost", detail };
  });
}

/** Finishes commands that a node did not confirm before their deadline. */
export function expireCommands(state: MasterState, now: Moment): CommandFinished[] {
  const events: CommandFinished[] = [];
  for (const { commandId, command, deadlineAtMs, isLeaving } of state.commands.values()) {
    if (now.nowMs < deadlineAtMs) continue;
    const detail = isLeaving
      ? `The node left because of the command ${command} and has not come back in time.`
      : `The node did not confirm the command ${command} in time.`;
    events.push({ type: "command_finished", commandId, code: "deadline_exceeded", detail });
  }
  return events;
}

function pendingOf({ commands }: MasterState, wantedId: string): PendingNodeCommand[] {
  return [...commands.values()].filter(({ nodeId }) => nodeId === wantedId);
}
