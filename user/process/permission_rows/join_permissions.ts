import type { JoinCommand } from "../../cli/command.ts";
import { hostPermission } from "../permission_parts.ts";
import type { SystemFact } from "../permission_set.ts";

/** Lets a node listen for its workers at a port that the system chooses, and dial nothing. */
const ENGINE_PORT = "127.0.0.1:0";

/** The facts that a node asks of its host with every heartbeat. */
export const HOST_FACTS: readonly SystemFact[] = ["loadavg", "systemMemoryInfo"];

/** Permissions of a node, besides those for its data directory. */
export interface JoinParts {
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly sys: readonly SystemFact[];
  readonly run: readonly string[];
}

/** Returns the permissions of a node, given the paths that it reads. */
export function joinParts(
  { master: { hostname }, allowExec }: Pick<JoinCommand, "master" | "allowExec">,
  { programPaths, allowedPaths = [] }: {
    readonly programPaths: readonly string[];
    readonly allowedPaths?: readonly string[];
  },
): JoinParts {
  return {
    // The master tells its control port later, so every port of its host is allowed.
    net: [hostPermission(hostname), ENGINE_PORT],
    read: [...programPaths, ...allowedPaths],
    sys: ["hostname", "statfs", ...HOST_FACTS],
    run: [...new Set(allowExec.map(({ path }) => path))],
  };
}
