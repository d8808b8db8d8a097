import { join } from "node:path";
import { localHostOf } from "../../../protocol/http_api/local_host.ts";
import { invariant } from "../../../protocol/kernel/invariant.ts";
import type { CliCommand, ServeCommand } from "../../cli/command.ts";
import { computesToo } from "../engine_command.ts";
import { NO_PERMISSIONS, type Permissions } from "../permission_set.ts";
import { joinParts } from "./join_permissions.ts";
import { permissionsOf } from "../permissions.ts";
import type { ProcessFacts } from "../process_place.ts";

/** Returns the data directory of the node that a master in `home` has in its process. */
export function ownNodeHome(home: string): string {
  return join(home, "own_node");
}

/**
 * Returns exactly the permissions of the node in the process of a master: those of `join`, but of
 * the data directory only the node's part, so that it can read neither people nor tokens.
 */
export function ownNodePermissions({ host }: ServeCommand, facts: ProcessFacts): Permissions {
  invariant(facts.home !== null, "a master has a data directory");
  const home = ownNodeHome(facts.home);
  const parts = joinParts({ master: { hostname: localHostOf(host), port: 0 }, allowExec: [] }, facts);
  const read = [home, ...parts.read, ...facts.codePaths ?? []];
  return { ...NO_PERMISSIONS, ...parts, read, write: [home] };
}

/**
 * Returns what a process of `command` must be started with: the permissions of each of its threads.
 */
export function startingPermissions(command: CliCommand, facts: ProcessFacts): Permissions {
  const own = permissionsOf(command, facts);
  if (!computesToo(command)) return own;
  const node = ownNodePermissions(command, facts);
  const both = <Name>(one: readonly Name[], other: readonly Name[]) => [...new Set([...one, ...other])];
  return {
    ...own,
    net: own.net === true || node.net === true ? true : both(own.net, node.net),
    read: both(own.read, node.read),
    write: both(own.write, node.write),
    sys: both(own.sys, node.sys),
  };
}
