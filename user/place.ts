import { resolve } from "node:path";
import { type HostEnvironment, resolveHome } from "../protocol/home_path.ts";
import type { Command } from "./command.ts";
import type { Place } from "./permissions.ts";
import { serviceDirectory, SYSTEM_HOME } from "./service_place.ts";

/**
 * Where `command` takes place, by the environment of this process. Throws `home_unusable` when it needs a data directory and
 * nothing says where that is, `usage` when it is about services and this kind of host has none.
 */
export function placeOf(command: Command, { programPaths }: Pick<Place, "programPaths">): Place {
  const host = { os: Deno.build.os, variable: (name: string) => Deno.env.get(name) };
  const currentDirectory = Deno.cwd();
  const home = homeOf(command, host);
  return {
    home: home === null ? null : resolve(currentDirectory, home),
    currentDirectory,
    programPaths,
    executable: host.variable("DML_EXECUTABLE") || (Deno.build.standalone ? Deno.execPath() : null),
    serviceDirectory: command.verb === "service" ? serviceDirectory(command.level, host) : null,
  };
}

function homeOf(command: Command, host: HostEnvironment): string | null {
  if (!("home" in command)) return null;
  if (command.verb === "service" && command.level === "system") return SYSTEM_HOME;
  return command.home ?? resolveHome(host);
}
