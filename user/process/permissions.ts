import { dirname, resolve } from "node:path";
import { formatAddress } from "../../protocol/http_api/address.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { CliCommand, DoctorCommand, PredictCommand, ServeCommand, ServiceCommand } from "../cli/command.ts";
import { fixedPartOf } from "../pictures/glob.ts";
import { accessParts, tokenFiles } from "./permission_rows/access_permissions.ts";
import { HOST_FACTS, joinParts } from "./permission_rows/join_permissions.ts";
import { fileParts, openedFiles } from "./permission_rows/file_permissions.ts";
import { modelsPermissions } from "./permission_rows/model_permissions.ts";
import { fileIn, hostPermission, inHome, listensOn, masterOf, unique } from "./permission_parts.ts";
import { NO_PERMISSIONS, type Permissions } from "./permission_set.ts";
import type { ProcessFacts } from "./process_place.ts";
import type { PeopleCommand } from "../cli/people_command.ts";
import { peopleFiles } from "./permission_rows/people_files.ts";

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
      const parts = joinParts(command, facts);
      const files = openedFiles(command, facts);
      return { ...NO_PERMISSIONS, ...parts, read: [...read, ...parts.read, ...files], write: [...write, ...files] };
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
    case "cp":
      return { ...NO_PERMISSIONS, net: [formatAddress(masterOf(command))], ...fileParts(command, facts) };
    case "ls":
    case "rm":
    case "nodes":
    case "explain":
    case "exec":
    case "status":
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
    case "config":
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
    sys: ["hostname", "networkInterfaces", "statfs"],
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
