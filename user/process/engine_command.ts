import type { CliCommand, ServeCommand } from "../cli/command.ts";
import { ISOLATION_FLAGS, UNSTABLE_FLAGS } from "./deno_flags.ts";
import { V8_FLAGS } from "./v8_flags.ts";

/** The shell that keeps the engine processes of a node, or of a model on trial. */
export const KEEPER = "sh";

/**
 * The variables that engine processes inherit: those by which the shell and Deno find their files,
 * and those of the allocator. They are read before the process gives up its environment.
 */
export const ENGINE_ENVIRONMENT: readonly string[] = [
  "DENO_DIR",
  "HOME",
  "MALLOC_MMAP_THRESHOLD_",
  "MALLOC_TRIM_THRESHOLD_",
  "PATH",
  "TMPDIR",
  "XDG_CACHE_HOME",
];

/** Returns the environment of engine processes. */
export function engineEnvironment(): Record<string, string> {
  return Object.fromEntries(ENGINE_ENVIRONMENT.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/**
 * Returns the command that runs a worker as a process, up to its module. It grants nothing: the
 * keeper adds the port of the node.
 */
export function engineCommand({ isPacked }: { isPacked: boolean }): string[] {
  const flags = isPacked ? [...ISOLATION_FLAGS, ...UNSTABLE_FLAGS] : ["--quiet", "--no-prompt"];
  return [Deno.execPath(), "run", `--v8-flags=${V8_FLAGS}`, ...flags];
}

/**
 * Returns true for the command whose process starts the keeper before it gives up to run programs,
 * which the role itself never may.
 */
export function keepsEngines(command: CliCommand): boolean {
  return command.verb === "join" || computesToo(command) || triesModel(command);
}

/** Returns true for a master with a node of its own in its process. */
export function computesToo(command: CliCommand): command is ServeCommand {
  return command.verb === "serve" && command.workers !== 0;
}

/** Returns true for the command that runs a model which nobody has tried yet, in one engine. */
export function triesModel(command: CliCommand): boolean {
  return command.verb === "models" && command.action === "add" && command.save === null;
}

/**
 * Returns true if this process of `command` starts the keeper, and may. A node of Windows may not,
 * and neither may one that `deno compile` made, which cannot run another module than its own.
 */
export function canKeepEngines(command: CliCommand): boolean {
  if (!keepsEngines(command)) return false;
  const { state } = Deno.permissions.querySync({ name: "run", command: KEEPER });
  return state === "granted" && Deno.build.os !== "windows" && !Deno.build.standalone;
}
