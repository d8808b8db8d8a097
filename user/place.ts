import { resolve } from "node:path";
import { resolveHome } from "../protocol/home_place.ts";
import type { Command } from "./command.ts";
import type { Place } from "./permissions.ts";

/**
 * Where `command` takes place, by the environment of this process. Throws `home_unusable` when it needs a data directory and
 * nothing says where that is.
 */
export function placeOf(command: Command, { programPaths }: Pick<Place, "programPaths">): Place {
  const currentDirectory = Deno.cwd();
  const host = { os: Deno.build.os, variable: (name: string) => Deno.env.get(name) };
  const home = "home" in command ? resolve(currentDirectory, command.home ?? resolveHome(host)) : null;
  return { home, currentDirectory, programPaths };
}
