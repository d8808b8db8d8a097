import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Command } from "./messages/command.ts";
import { isDurable } from "./messages/durable_event.ts";
import type { CommandFinished, MasterEvent } from "./messages/event.ts";

/** Reason why the ledger cannot be written. */
export interface LedgerFault {
  readonly code: ErrorCode;
  readonly reason: string;
}

/**
 * Callback that writes the durable ones among `events` to the ledger. `events` are all events of
 * the turn so far, followed by those about to be applied. Returns `null` if they are written,
 * otherwise the reason why none of them is.
 */
export type PersistFirst = (events: readonly MasterEvent[]) => LedgerFault | null;

/**
 * Returns true if `events` may be applied only after they are in the ledger: a client waits for the
 * outcome and will rely on it, or the latest version of a model changes. Other durable events
 * (which nodes exist, a version that was rolled back) are true in any case and are written as soon
 * as the ledger can be.
 */
export function mustPersistFirst(command: Command, events: readonly MasterEvent[]): boolean {
  if (command.type === "tick") return events.some(({ type }) => type === "latest_moved");
  return senderOf(command) !== undefined && events.some(isDurable);
}

/**
 * Returns the events that replace those that could not be persisted: a refusal for the sender of
 * the command, or none if nobody waits for its outcome.
 */
export function refuseUnpersisted(command: Command, { code, reason }: LedgerFault): CommandFinished[] {
  const commandId = senderOf(command);
  if (commandId === undefined) return [];
  return [{ type: "command_finished", commandId, code, detail: `Nothing was changed. ${reason}` }];
}

function senderOf(command: Command): string | undefined {
  return "commandId" in command ? command.commandId : undefined;
}
