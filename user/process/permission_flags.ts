import { ENGINE_PATCH_VARIABLE } from "../engine_patch_variable.ts";
import { ENVIRONMENT_NAMES } from "../cli/flags.ts";
import { ENGINE_ENVIRONMENT, KEEPER } from "./engine_command.ts";
import { SOURCE_VARIABLES } from "./source_variables.ts";
import type { Permissions } from "./permission_set.ts";

/** The length of an argument that every system takes (Linux refuses more than 128 KiB). */
const FLAG_CHARACTERS_MAX = 100_000;

/**
 * The variables that are read before the role begins, and never after: those of flags, those that
 * the data directory is found by, and those that engine processes inherit.
 */
export const STARTING_ENVIRONMENT: readonly string[] = [
  ...ENVIRONMENT_NAMES,
  "DML_EXECUTABLE",
  "DML_SUPERVISED",
  "DML_TRIAL",
  ENGINE_PATCH_VARIABLE,
  ...ENGINE_ENVIRONMENT,
  "APPDATA",
  "DML_CONFIG",
  "LOCALAPPDATA",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  ...SOURCE_VARIABLES.filter((name) => name !== "HOME"),
];

/**
 * Returns the flags of `deno run` that start a process with `permissions` and no more, except for
 * the variables that it parses its arguments with and, if it `keepsEngines`, the shell that keeps
 * them. A path with a comma cannot be written in these
 * flags, and a list of thousands of pictures is too long for a command line: then the whole kind is
 * granted, and the process gives up the rest by itself (see `confinement.ts`).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { NO_PERMISSIONS } from "./permission_set.ts";
 *
 * const flags = permissionFlags({
 *   ...NO_PERMISSIONS,
 *   net: ["10.0.0.1:7400"],
 *   read: ["/photos/a.jpg"],
 * });
 * assert(flags.includes("--allow-net=10.0.0.1:7400"));
 * assert(flags.includes("--allow-read=/photos/a.jpg"));
 * assert(!flags.some((flag) => flag.startsWith("--allow-write")));
 * ```
 */
export function permissionFlags(permissions: Permissions, { keepsEngines = false } = {}): string[] {
  const { net, read, write, sys } = permissions;
  const env = [...STARTING_ENVIRONMENT, ...permissions.env];
  const needed = Object.entries({ net, read, write, env, sys }).filter(([, values]) =>
    values === true || values.length > 0
  );
  return [
    "--no-prompt",
    runFlag([...keepsEngines ? [KEEPER] : [], ...permissions.run]),
    "--deny-ffi",
    "--deny-import",
    ...needed.map(([kind, values]) => flag(kind, values)),
  ];
}

function runFlag(programs: readonly string[]): string {
  return programs.length === 0 ? "--deny-run" : `--allow-run=${programs.join(",")}`;
}

function flag(kind: string, values: readonly string[] | true): string {
  if (values === true) return `--allow-${kind}`;
  const list = values.join(",");
  const isWritable = values.every((value) => !value.includes(",")) && list.length <= FLAG_CHARACTERS_MAX;
  return isWritable ? `--allow-${kind}=${list}` : `--allow-${kind}`;
}
