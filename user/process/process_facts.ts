import { resolve } from "node:path";
import { type HostEnvironment, resolveHome } from "../../protocol/host/home_path.ts";
import { linkedPaths } from "../../protocol/host/program_path.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { CliCommand } from "../cli/command.ts";
import { patchesEngine } from "../engine_patch_variable.ts";
import { computesToo } from "./engine_command.ts";
import type { ProcessFacts } from "./process_place.ts";
import { PROXY_VARIABLES } from "./proxy_variables.ts";
import { SOURCE_VARIABLES } from "./source_variables.ts";
import { accessPathsOf } from "./stored_access.ts";
import { serviceDirectory, SYSTEM_HOME } from "../service/service_place.ts";

/** The facts about an invocation that are known before its command is. */
export interface InvocationFacts
  extends HostEnvironment, Pick<ProcessFacts, "currentDirectory" | "programPaths" | "codePaths"> {
  /**
   * The executable that a person starts; `null` if dml runs from its sources. The environment may
   * name another.
   */
  readonly executable: string | null;
}

/**
 * Returns where `command` takes place. Throws `home_unusable` if it needs a data directory and
 * nothing says where that is, `usage` if it is about services and this kind of host has none, or if
 * the environment says of the engine's patch neither on nor off.
 */
export function processFactsOf(command: CliCommand, start: InvocationFacts): ProcessFacts {
  const { currentDirectory, programPaths, codePaths = [] } = start;
  const home = homeFor(command, start);
  const trial = start.variable("DML_TRIAL");
  return {
    home: home === null ? null : resolve(currentDirectory, home),
    currentDirectory,
    programPaths,
    codePaths,
    sourceVariables: command.verb === "models" ? sourceVariables(start) : {},
    executable: start.variable("DML_EXECUTABLE") || start.executable,
    allowedPaths: allowedPathsOf(command),
    canRestart: start.variable("DML_SUPERVISED") === "1",
    patchesEngine: usesEngine(command) ? patchesEngine(start) : true,
    trial: trial?.startsWith("sha256:") ? `sha256:${trial.slice("sha256:".length)}` : null,
    access: accessPathsOf(command, start),
    serviceDirectory: command.verb === "service" ? serviceDirectory(command.level, start) : null,
  };
}

/** Returns the data directory of a role, which always has one. */
export function homeOf({ home }: Pick<ProcessFacts, "home">): string {
  invariant(home !== null, "a role has a data directory");
  return home;
}

/** Returns the paths by which the programs that a node allows are found. */
function allowedPathsOf(command: CliCommand): string[] {
  const role = command.verb === "service" ? command.roleCommand : command;
  return role?.verb === "join" ? role.allowExec.flatMap(({ path }) => linkedPaths(path)) : [];
}

function homeFor(command: CliCommand, host: HostEnvironment): string | null {
  if (!("home" in command)) return null;
  if (command.verb === "service" && command.level === "system") return SYSTEM_HOME;
  return command.home ?? resolveHome(host);
}

/** Returns true for a command that runs the engine, or installs a service that does. */
function usesEngine(command: CliCommand): boolean {
  return ["join", "predict", "doctor", "models", "service"].includes(command.verb) || computesToo(command);
}

function sourceVariables({ variable }: HostEnvironment): Record<string, string> {
  return Object.fromEntries(SOURCE_VARIABLES.flatMap((name) => {
    const value = variable(name);
    return value ? [[name, value]] : [];
  }));
}

/**
 * Removes the variables that name a proxy from the environment of this process, so that dml speaks
 * to its master directly: a proxy must see neither tokens nor pictures, and a master on the same
 * network is not reached through one. Sources of models take the values that were read before.
 */
export function removeProxyVariables(): void {
  for (const variable of PROXY_VARIABLES) {
    const { state } = Deno.permissions.querySync({ name: "env", variable });
    if (state === "granted") Deno.env.delete(variable);
  }
}
