import { dirname, isAbsolute, join, resolve } from "node:path";
import { formatAddress } from "../../protocol/http_api/address.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import type { CliCommand, DoctorCommand, PredictCommand, ServeCommand, ServiceCommand } from "../cli/command.ts";
import { DEFAULT_MASTER } from "../client/default_master.ts";
import { fixedPartOf } from "../pictures/glob.ts";
import type { MasterChoice } from "../cli/master_choice.ts";
import type { ModelsCommand } from "../cli/models_command.ts";
import type { PeopleCommand } from "../cli/people_command.ts";
import type { ServiceDirectory } from "../service/service_place.ts";

/** Facts of the host that a role may ask for. */
export type SystemFact = "hostname" | "loadavg" | "networkInterfaces" | "systemMemoryInfo";

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
  /** No command starts programs, loads native code or imports code from the network. */
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

/** The facts that a node asks of its host with every heartbeat. */
const HOST_FACTS: readonly SystemFact[] = ["loadavg", "systemMemoryInfo"];

/**
 * Returns exactly the permissions that `command` needs at `place`, as the table in
 * `ARCHITECTURE.md` has them.
 */
export function permissionsOf(command: CliCommand, facts: ProcessFacts): Permissions {
  const permissions = rowOf(command, facts);
  return { ...permissions, read: unique([...permissions.read, ...facts.codePaths ?? []]) };
}

function rowOf(command: CliCommand, facts: ProcessFacts): Permissions {
  switch (command.verb) {
    case "serve":
      return servePermissions(command, facts);
    case "join": {
      const { read, write } = inHome(facts);
      // The master tells its control port later, so every port of its host is allowed.
      const net = [hostPermission(command.master.hostname)];
      return {
        ...NO_PERMISSIONS,
        net,
        read: [...read, ...facts.programPaths],
        write,
        sys: ["hostname", ...HOST_FACTS],
      };
    }
    case "predict":
      return predictPermissions(command, facts);
    case "doctor":
      return doctorPermissions(command, facts);
    case "models":
      return modelsPermissions(command, facts);
    case "nodes":
    case "upgrade":
      return { ...NO_PERMISSIONS, net: [formatAddress(masterOf(command))] };
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
  const { executables } = command;
  const programs = [facts.executable, executables].filter((path) => path !== null);
  return {
    ...NO_PERMISSIONS,
    net: listensOn(command),
    read: [...read, ...programs.map((path) => resolve(facts.currentDirectory, path))],
    write,
    sys: ["hostname", "networkInterfaces"],
  };
}

function doctorPermissions({ master }: DoctorCommand, facts: ProcessFacts): Permissions {
  const { read, write } = inHome(facts);
  const net = master === null ? [] : [hostPermission(master.hostname)];
  return { ...NO_PERMISSIONS, net, read: [...read, ...facts.programPaths], write, sys: HOST_FACTS };
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

/** Returns the files of a command about people, as they were given; `-` is none. */
function peopleFiles(command: PeopleCommand): { read: readonly string[]; write: readonly string[] } {
  const named = (...paths: readonly string[]) => paths.filter((path) => path !== "-");
  switch (command.subVerb) {
    case "enroll":
    case "reject":
      return { read: named(...command.inputs), write: [] };
    case "test":
    case "calibrate":
      return { read: [command.directory], write: [] };
    case "import":
      return { read: named(command.file), write: [] };
    case "export":
      return { read: [], write: command.file === null ? [] : named(command.file) };
    default:
      return { read: [], write: [] };
  }
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

function listensOn({ host, port, controlPort }: ServeCommand): string[] {
  return [port, controlPort].map((port) => formatAddress({ hostname: host, port }));
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
