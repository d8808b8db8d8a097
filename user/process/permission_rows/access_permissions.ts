import { dirname, resolve } from "node:path";
import { formatAddress } from "../../../protocol/http_api/address.ts";
import type { ContextCommand, LoginCommand } from "../../cli/access/access_command.ts";
import { STANDARD_INPUT } from "../../cli/access/master_choice.ts";
import type { CliCommand } from "../../cli/command.ts";
import type { AccessPaths } from "../stored_access.ts";
import { tokenFileOf } from "../token_file.ts";

/** Returns the file that the token of `command` is read from, in a list that is empty without one. */
export function tokenFiles(command: CliCommand, { currentDirectory }: { currentDirectory: string }): string[] {
  const token = tokenFileOf(command) ?? STANDARD_INPUT;
  return token === STANDARD_INPUT ? [] : [resolve(currentDirectory, token)];
}

/** Returns the permissions for contexts: the directory with their file, and a master to log in to. */
export function accessParts(
  command: LoginCommand | ContextCommand,
  access: AccessPaths | undefined,
): { net: string[]; read: string[]; write: string[] } {
  const directory = access?.contextsPath ? [dirname(access.contextsPath)] : [];
  const isReading = command.verb === "context" && command.subVerb === "list";
  const net = command.verb === "login" ? [formatAddress(command.master)] : [];
  return { net, read: directory, write: isReading ? [] : directory };
}
