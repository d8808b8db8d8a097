import { resolve } from "node:path";
import type { HostEnvironment } from "../../protocol/host/home_path.ts";
import { contextsPath, readContexts } from "../access/contexts_file.ts";
import { filesOfMaster, findOwnMaster, homesOfMasters } from "../access/own_master.ts";
import { findsOwnMaster, type StoredAccess, usesContext } from "../access/standing_values.ts";
import type { CliCommand } from "../cli/command.ts";

/** Facts about a host by which stored masters and tokens are found. */
type Start = HostEnvironment & { readonly currentDirectory: string };

/** Returns the masters and tokens that are stored on this host for this account. */
export function storedAccess(start: Start): StoredAccess {
  return {
    contexts: () => readContexts(absolute(contextsPath(start), start)),
    ownMaster: (named) => findOwnMaster(homesOfMasters(absolute(named, start), start)),
  };
}

/** The files that a command line is completed from. */
export interface AccessPaths {
  /** Path of the file with the contexts; `null` if this account has no place for it. */
  readonly contextsPath: string | null;
  /** Paths of all files that the parser of this command reads. */
  readonly parsed: readonly string[];
}

/** Returns the files that `command` is completed from. */
export function accessPathsOf(command: CliCommand, start: Start): AccessPaths {
  const path = absolute(contextsPath(start), start);
  const contexts = path !== null && usesContext(command.verb) ? [path] : [];
  const home = "home" in command ? absolute(command.home, start) : null;
  const own = findsOwnMaster(command.verb) ? homesOfMasters(home, start).flatMap(filesOfMaster) : [];
  return { contextsPath: path, parsed: [...contexts, ...own] };
}

function absolute(path: string | null, { currentDirectory }: Start): string | null {
  return path === null ? null : resolve(currentDirectory, path);
}
