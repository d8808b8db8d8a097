import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Command } from "./messages/command.ts";
import { isDurable } from "./messages/durable_event.ts";
import type { CommandFinished, MasterEvent } from "./messages/event.ts";

/** Why the ledger cannot be written. */
export interface LedgerFault {
  readonly code: ErrorCode;
  readonly reason: string;
}

/**
 * Puts into the ledger what is durable of `events`: all that has happened in this turn, and what is about to. Null when that
 * is done, else why nothing of it is kept.
 */
export type PersistFirst = (events: readonly MasterEvent[]) => LedgerFault | null;

/**
 * Whether `events` may happen only when they are kept: somebody is told of them who relies on it, or the latest version is
 * another one from then on. What else is durable (which nodes there are, a version that was rolled back) is true anyway, and is
 * written when that can be done.
 */
export function mustPersistFirst(command: Command, events: readonly MasterEvent[]): boolean {
  if (command.type === "tick") return events.some(({ type }) => type === "latest_moved");
  return askerOf(command) !== undefined && events.some(isDurable);
}

/** What happens in place of what could not be kept: nothing but that whoever asked for it is told. */
export function refuseUnpersisted(command: Command, { code, reason }: LedgerFault): CommandFinished[] {
  const commandId = askerOf(command);
  if (commandId === undefined) return [];
  return [{ type: "command_finished", commandId, code, detail: `Nothing was changed. ${reason}` }];
}

function askerOf(command: Command): string | undefined {
  return "commandId" in command ? command.commandId : undefined;
}
