import { dirname, isAbsolute, join, resolve } from "node:path";
import { formatAddress } from "../../protocol/http_api/address.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import type { CliCommand, DoctorCommand, PredictCommand, ServeCommand, ServiceCommand } from "../cli/command.ts";
import { DEFAULT_MASTER } from "../client/default_master.ts";
import { fixedPartOf } from "../pictures/glob.ts";
import type { MasterChoice } from "../cli/access/master_choice.ts";
import { accessParts, tokenFiles } from "./access_permissions.ts";
import { fileIn, listensOn } from "./permission_parts.ts";
import type { AccessPaths } from "./stored_access.ts";
import type { ModelsCommand } from "../cli/models_command.ts";
import type { PeopleCommand } from "../cli/people_command.ts";
import { peopleFiles } from "./people_files.ts";
import type { ServiceDirectory } from "../service/service_place.ts";

/** Facts of the host that a role may ask for. */
export type SystemFact = "hostname" | "loadavg" | "networkInterfaces" | "statfs" | "systemMemoryInfo";

/** The permissions of an invocation once its arguments are parsed; all else is refused. */
export interface Permissions {
  /** Each `HOST` or `HOST:PORT` that may be dialled or listened on; true for any. */
  readonly net: readonly string[] | true;
  /** Absolute paths. A directory includes everything below it. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Names of variables. */
  readonly env: readonly string[];
  readonly sys: readonly SystemFact[];
  /** No role starts programs, loads native code or imports code from the network. */
  readonly run: false;
  readonly ffi: false;
  readonly import: false;
}

/** The place of an invocation; every path is absolute. */
export interface ProcessFacts {
  /** The data directory; `null` if the command has none. */
  readonly home: string | null;
  readonly currentDirectory: string;
  /**
   * The paths that the program itself reads while it runs: the module of its workers, the engine's
   * wasm.
   */
  readonly programPaths: readonly string[];
  /**
   * The paths that the packed program loads its parts from; Deno may read sources without a
   * permission.
   */
  readonly codePaths?: readonly string[];
  /** The executable that a person starts; `null` if dml runs from its sources. */
  readonly executable: string | null;
  /** The variables that say where models come from; none if the command does not need them. */
  readonly sourceVariables?: Readonly<Record<string, string>>;
  /** True if whatever started this process can start a newer program in its place. */
  readonly canRestart?: boolean;
  /** The digest of this program if it is a newer one on trial; `null` if it is not. */
  readonly trial?: Digest | null;
  /** False if the environment turns the patch of the inference engine off. */
  readonly patchesEngine?: boolean;
  /** The files that the command line is completed from, before permissions are given up. */
  readonly access?: AccessPaths;
  /** The directory in which services are described; `null` if the command is not about services. */
  readonly serviceDirectory: ServiceDirectory | null;
}

/** No permission at all; each command adds its own. */
export const NO_PERMISSIONS: Permissions = {
  net: [],
  read: [],
  write: [],
  env: [],
  sys: [],
  run: false,
  ffi: false,
  import: false,
};

/** Lets a node listen for its workers at a port that the system chooses, and dial nothing. */
const ENGINE_PORT = "127.0.0.1:0";

/** The facts that a node asks of its host with every heartbeat. */
const HOST_FACTS: readonly SystemFact[] = ["loadavg", "systemMemoryInfo"];

/** Returns exactly the permissions that `command` needs: its row in `docs/permissions.md`. */
export function permissionsOf(command: CliCommand, facts: ProcessFacts): Permissions {
  const row = rowOf(command, facts);
  return { ...row, read: unique([...row.read, ...tokenFiles(command, facts), ...facts.codePaths ?? []]) };
}

function rowOf(command: CliCommand, facts: ProcessFacts): Permissions {
  switch (command.verb) {
    case "serve":
      return servePermissions(command, facts);
    case "join": {
      const { read, write } = inHome(facts);
      // The master tells its control port later, so every port of its host is allowed.
      const net = [hostPermission(command.master.hostname), ENGINE_PORT];
      const sys: SystemFact[] = ["hostname", "statfs", ...HOST_FACTS];
      return { ...NO_PERMISSIONS, net, read: [...read, ...facts.programPaths], write, sys };
    }
    case "predict":
      return predictPermissions(command, facts);
    case "doctor":
      return doctorPermissions(command, facts);
    case "models":
      return modelsPermissions(command, facts);
    case "login":
    case "context":
      return { ...NO_PERMISSIONS, ...accessParts(command, facts.access) };
    case "ca":
      return { ...NO_PERMISSIONS, net: [formatAddress(masterOf(command))], write: fileIn(command.file, facts) };
    case "nodes":
    case "logs":
    case "upgrade":
    case "token":
    case "audit":
      return { ...NO_PERMISSIONS, net: [formatAddress(masterOf(command))] };
    case "backup": {
      const place = [dirname(resolve(facts.currentDirectory, command.file))];
      return { ...NO_PERMISSIONS, net: [formatAddress(masterOf(command))], read: place, write: place };
    }
    case "restore": {
      const file = resolve(facts.currentDirectory, command.file);
      return { ...NO_PERMISSIONS, ...inHome(facts), read: [...inHome(facts).read, file] };
    }
    case "people":
      return peoplePermissions(command, facts);
    case "service":
      return servicePermissions(command, facts);
    case "completions":
    case "help":
    case "version":
      return NO_PERMISSIONS;
  }
}

function predictPermissions(command: PredictCommand, { currentDirectory, programPaths }: ProcessFacts): Permissions {
  const absolute = (path: string) => resolve(currentDirectory, path);
  const pictures = command.inputs.filter((input) => input !== "-").map((input) => absolute(fixedPartOf(input)));
  const outputs = command.annotate ? [absolute(command.out ?? ".")] : [];
  // Pictures are recognised in this process only if no master is named.
  const local = command.master === null;
  return {
    ...NO_PERMISSIONS,
    net: [formatAddress(masterOf(command))],
    read: unique([...pictures, ...outputs, ...(local ? programPaths : [])]),
    write: outputs,
    sys: local ? HOST_FACTS : [],
  };
}

/** Returns the permissions of the master, which hands executables on and never changes them. */
function servePermissions(command: ServeCommand, facts: ProcessFacts): Permissions {
  const { read, write } = inHome(facts);
  const { executables, certificate } = command;
  const own = [certificate?.certificate, certificate?.privateKey];
  const files = [facts.executable, executables, ...own].filter((path) => path !== null && path !== undefined);
  return {
    ...NO_PERMISSIONS,
    // The HTTP port hands its bytes to servers on ports of loopback that the system chooses.
    net: [...listensOn(command), "127.0.0.1"],
    read: [...read, ...files.map((path) => resolve(facts.currentDirectory, path))],
    write,
    sys: ["hostname", "networkInterfaces"],
  };
}

function doctorPermissions({ master, bundle }: DoctorCommand, facts: ProcessFacts): Permissions {
  const { read, write } = inHome(facts);
  const net = master === null ? [] : [hostPermission(master.hostname)];
  return {
    ...NO_PERMISSIONS,
    net,
    read: [...read, ...facts.programPaths],
    write: [...write, ...fileIn(bundle, facts)],
    sys: HOST_FACTS,
  };
}

function modelsPermissions(command: ModelsCommand, facts: ProcessFacts): Permissions {
  const master = formatAddress(masterOf(command));
  const absolute = (path: string) => resolve(facts.currentDirectory, path);
  switch (command.action) {
    case "add": {
      const { source, labels, manifest, save } = command;
      const { read, write } = inHome(facts);
      const saved = save === null ? [] : [dirname(absolute(save))];
      // Labels and test pictures lie beside the file that they belong to.
      const files = [source.kind === "path" ? source.path : null, labels, manifest].filter((path) => path !== null);
      const beside = files.flatMap((path) => [absolute(path), dirname(absolute(path))]);
      const { HOME, USERPROFILE } = facts.sourceVariables ?? {};
      const npmHome = source.kind === "npm" ? HOME ?? USERPROFILE : undefined;
      const settings = npmHome === undefined ? [] : [join(npmHome, ".npmrc")];
      return {
        ...NO_PERMISSIONS,
        // A source may redirect to any host.
        net: source.kind === "path" ? [master] : true,
        read: unique([...read, ...beside, ...saved, ...settings, ...facts.programPaths]),
        write: unique([...write, ...saved]),
      };
    }
    case "push": {
      const net = [master, ...(command.to === null ? [] : [formatAddress(command.to)])];
      return { ...NO_PERMISSIONS, net, read: [absolute(command.what), ...facts.programPaths] };
    }
    case "test":
      return { ...NO_PERMISSIONS, net: [master], read: command.images.map((path) => absolute(fixedPartOf(path))) };
    default:
      return { ...NO_PERMISSIONS, net: [master] };
  }
}

function peoplePermissions(command: PeopleCommand, { currentDirectory }: ProcessFacts): Permissions {
  const { read, write } = peopleFiles(command);
  const absolute = (path: string) => resolve(currentDirectory, fixedPartOf(path));
  // A file is written under another name first, in the same directory.
  const written = write.map((path) => dirname(absolute(path)));
  const net = [formatAddress(masterOf(command))];
  return { ...NO_PERMISSIONS, net, read: unique([...read.map(absolute), ...written]), write: written };
}

/**
 * Returns the permissions for services: their descriptions, and the data directory only to see
 * which process holds it.
 */
function servicePermissions({ action }: ServiceCommand, { home, serviceDirectory }: ProcessFacts): Permissions {
  invariant(home !== null && serviceDirectory !== null, "a service has its directories");
  const { path } = serviceDirectory;
  if (action === "status") return { ...NO_PERMISSIONS, read: [path, home] };
  return { ...NO_PERMISSIONS, read: [path], write: [path] };
}

function inHome({ home }: ProcessFacts): Pick<Permissions, "read" | "write"> {
  invariant(home !== null && isAbsolute(home), "the data directory of a role is known");
  return { read: [home], write: [home] };
}

function masterOf({ master }: MasterChoice): Address {
  return master ?? DEFAULT_MASTER;
}

function hostPermission(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
