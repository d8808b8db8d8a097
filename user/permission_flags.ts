import { ENVIRONMENT_NAMES } from "./flags.ts";
import type { Permissions } from "./permissions.ts";

/** What is read of the environment before the arguments are parsed, and never after: the flags' variables, and what the data directory is found by. */
export const STARTING_ENVIRONMENT: readonly string[] = [
  ...ENVIRONMENT_NAMES,
  "HOME",
  "LOCALAPPDATA",
  "XDG_DATA_HOME",
];

/**
 * The flags of `deno run` that start a process with `permissions` and no more, but for the environment that it parses
 * its arguments with. Paths with commas are written as Deno reads them.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { NO_PERMISSIONS } from "./permissions.ts";
 *
 * const flags = permissionFlags({ ...NO_PERMISSIONS, read: ["/photos/a,b.jpg"] });
 * assert(flags.includes("--allow-read=/photos/a,,b.jpg"));
 * assert(!flags.some((flag) => flag.startsWith("--allow-run")));
 * ```
 */
export function permissionFlags(permissions: Permissions): string[] {
  const { net, read, write, sys } = permissions;
  const env = [...STARTING_ENVIRONMENT, ...permissions.env];
  const allowed = Object.entries({ net, read, write, env, sys }).filter(([, values]) => values.length > 0);
  return [
    "--no-prompt",
    "--deny-run",
    "--deny-ffi",
    "--deny-import",
    ...allowed.map(([kind, values]) => `--allow-${kind}=${values.map(escaped).join(",")}`),
  ];
}

function escaped(value: string): string {
  return value.replaceAll(",", ",,");
}
