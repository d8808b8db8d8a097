import { posix, win32 } from "node:path";
import { DmlError } from "../kernel/errors.ts";

/** The facts about a host that determine its default data directory. */
export interface HostEnvironment {
  /** Operating system, in the form of `Deno.build.os`. */
  readonly os: string;
  /** Returns the value of an environment variable. */
  readonly variable: (name: string) => string | undefined;
}

/**
 * Returns the path of the data directory: `$DML_HOME`, or else the place for such data on the
 * platform (XDG Base Directory Specification, `~/Library/Application Support`, `%LOCALAPPDATA%`).
 * Throws `home_unusable` if the variables that it is derived from are not set.
 */
export function resolveHome(host: HostEnvironment): string {
  const named = host.variable("DML_HOME");
  if (named) return named;
  switch (host.os) {
    case "windows":
      return win32.join(needed(host, "LOCALAPPDATA"), "dml");
    case "darwin":
      return posix.join(needed(host, "HOME"), "Library", "Application Support", "dml");
    default: {
      const shared = host.variable("XDG_DATA_HOME");
      if (shared && posix.isAbsolute(shared)) return posix.join(shared, "dml");
      return posix.join(needed(host, "HOME"), ".local", "share", "dml");
    }
  }
}

function needed(host: HostEnvironment, name: string): string {
  const value = host.variable(name);
  if (value) return value;
  throw new DmlError("home_unusable", `Neither DML_HOME nor ${name} is set.`);
}
