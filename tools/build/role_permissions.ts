import { dirname, resolve } from "node:path";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Address } from "../../protocol/transport.ts";
import type { Command, PredictCommand } from "../../user/command.ts";
import { DEFAULT_PORT } from "../../protocol/http/paths.ts";
import { DEFAULT_HOST } from "../../user/flags.ts";

/** All that one invocation may do. What is not named is refused; run and ffi are refused to everybody. */
export interface Permissions {
  /** `HOST` or `HOST:PORT` that may be dialled or listened on. */
  readonly net: readonly string[];
  /** Absolute paths; a directory stands for all that is in it. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Names of variables. */
  readonly env: readonly string[];
  /** Facts of the host. */
  readonly sys: readonly string[];
}

/** Where an invocation takes place; every path is absolute. */
export interface Place {
  /** The data directory; null for a command that has none. */
  readonly home: string | null;
  readonly currentDirectory: string;
  /** What the program itself reads while it runs. */
  readonly programPaths: readonly string[];
}

/** Where a master is looked for when nobody names one, as in `open_cluster.ts`, which brings a whole client with it. */
const DEFAULT_MASTER: Address = { hostname: DEFAULT_HOST, port: DEFAULT_PORT };
const NOTHING: Permissions = { net: [], read: [], write: [], env: [], sys: [] };
const NODE_FACTS = ["loadavg", "systemMemoryInfo"];

/** Exactly what `command` needs at `place`. Pure. */
export function permissionsOf(command: Command, place: Place): Permissions {
  switch (command.verb) {
    case "serve": {
      const net = [command.port, command.controlPort].map((port) => dialled({ hostname: command.host, port }));
      return { ...NOTHING, ...inHome(place), net, sys: ["hostname", "networkInterfaces"] };
    }
    case "join":
      // The control port is the master's to tell, so every port of its host.
      return { ...NOTHING, ...inHome(place), net: [host(command.master.hostname)], sys: ["hostname", ...NODE_FACTS] };
    case "predict":
      return predictPermissions(command, place);
    case "nodes":
    case "recognizers":
      return { ...NOTHING, net: [dialled(command.master ?? DEFAULT_MASTER)] };
    case "help":
    case "version":
      return NOTHING;
  }
}

function predictPermissions(command: PredictCommand, { currentDirectory }: Place): Permissions {
  const pictures = command.inputs.filter((input) => input !== "-").map((input) => {
    const fixed = /[*?[{]/.test(input) ? dirname(input.slice(0, input.search(/[*?[{]/)) + "_") : input;
    return resolve(currentDirectory, fixed);
  });
  const outputs = command.annotate ? [resolve(currentDirectory, command.out ?? ".")] : [];
  return {
    ...NOTHING,
    net: [dialled(command.master ?? DEFAULT_MASTER)],
    read: [...new Set([...pictures, ...outputs])],
    write: outputs,
    // Without a named master the pictures may be looked at in this process.
    sys: command.master === null ? NODE_FACTS : [],
  };
}

function inHome({ home }: Place): Pick<Permissions, "read" | "write"> {
  invariant(home !== null, "the data directory of a role is known");
  return { read: [home], write: [home] };
}

function host(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

function dialled({ hostname, port }: Address): string {
  return `${host(hostname)}:${port}`;
}
