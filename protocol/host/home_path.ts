import { posix, win32 } from "node:path";
import { DmlError } from "../kernel/errors.ts";

/** What says where a data directory is when nobody names one. */
export interface HostEnvironment {
  /** As `Deno.build.os`. */
  readonly os: string;
  /** The value of an environment variable. */
  readonly variable: (name: string) => string | undefined;
}

/**
 * The path of the data directory: `$DML_HOME`, else where the platform keeps such (XDG Base Directory Specification,
 * `~/Library/Application Support`, `%LOCALAPPDATA%`). Throws `home_unusable` when the environment names nothing to start from.
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
  throw new DmlError("home_unusable", `neither DML_HOME nor ${name} is set`);
}
