import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { JoinCommand, ServeCommand } from "../cli/command.ts";
import { usualDialects } from "../cli/serve/dialect_arguments.ts";
import { keepsEngines } from "../process/engine_command.ts";
import { permissionFlags } from "../process/permission_flags.ts";
import { startingPermissions } from "../process/permission_rows/own_node_permissions.ts";
import type { ProcessFacts } from "../process/process_place.ts";
import type { ServiceLevel } from "./service_place.ts";
import { formatAddress } from "../../protocol/http_api/address.ts";
import { V8_FLAGS } from "../process/v8_flags.ts";

/** Matches directories that the sandbox of a service of the host hides from it. */
const HIDDEN = /^\/(home|root|tmp|var\/tmp|run\/user)\//;

export interface ServiceCommandLineOptions {
  readonly level: ServiceLevel;
  readonly facts: ProcessFacts;
  /** Main module of dml, which Deno runs if there is no executable. */
  readonly entry: string;
}

/**
 * Returns the command line that starts a role with the same settings, except for its token: the
 * executable, or Deno with exactly the role's permissions. Throws `usage` if a service of `level`
 * could not start it.
 */
export function serviceCommandLine(command: ServeCommand | JoinCommand, options: ServiceCommandLineOptions): string[] {
  return [...programOf(command, options), ...roleArguments(command, options)];
}

function programOf(command: ServeCommand | JoinCommand, { level, facts, entry }: ServiceCommandLineOptions): string[] {
  const { executable } = facts;
  if (executable !== null) {
    if (level === "user" || !HIDDEN.test(executable)) return [executable];
    throw new DmlError("usage", `A service of the host cannot see ${executable}.`, {
      advice: "Copy it to /usr/local/bin and install the service from there, or leave --system out.",
    });
  }
  if (!entry.endsWith(".ts")) {
    throw new DmlError("usage", "The service would not know what to start: the location of this dml is unknown.", {
      advice: "Set DML_EXECUTABLE to the path of the file that you start.",
    });
  }
  if (level === "system") {
    throw new DmlError("usage", "A service of the host needs the dml executable; this dml runs from its sources.", {
      advice: "Copy the executable to /usr/local/bin and install the service with it, or leave --system out.",
    });
  }
  const flags = permissionFlags(startingPermissions(command, facts), { keepsEngines: keepsEngines(command) });
  return [Deno.execPath(), "run", "--quiet", `--v8-flags=${V8_FLAGS}`, ...flags, fileURLToPath(entry)];
}

/**
 * Returns the arguments with every setting written out, so that the service does not depend on the
 * environment of an account.
 */
function roleArguments(command: ServeCommand | JoinCommand, options: ServiceCommandLineOptions): string[] {
  if (command.verb === "serve") {
    const { host, port, controlPort, advertise, insecure, certificate, plain, printTokens, approve, executables } =
      command;
    return [
      "serve",
      `--host=${host}`,
      `--port=${port}`,
      ...dialectArguments(command),
      `--control-port=${controlPort}`,
      ...advertise === null ? [] : [`--advertise=${formatAddress(advertise)}`],
      ...insecure ? ["--insecure"] : [],
      ...certificate === null ? [] : [
        `--cert=${visible(certificate.certificate, options)}`,
        `--key=${visible(certificate.privateKey, options)}`,
      ],
      ...plain === null ? [] : [
        `--plain=${formatAddress(plain.address)}`,
        ...plain.rules.map(({ range, gallery }) => `--from=${range.text}${gallery === null ? "" : `=${gallery}`}`),
      ],
      ...command.corsOrigins === undefined ? [] : [`--cors=${command.corsOrigins.join(",")}`],
      ...printTokens ? ["--print-tokens"] : [],
      ...approve ? ["--approve"] : [],
      ...executables === null ? [] : [`--executables=${executables}`],
      ...command.logNames ? ["--log-names"] : [],
      ...command.workers === null ? [] : [`--workers=${command.workers}`],
    ];
  }
  const { master, name, labels, workers, cacheBytes, memoryBytes, allowExec, files, upgrade, upgradeWithinSeconds } =
    command;
  return [
    "join",
    formatAddress(master),
    ...name === null ? [] : [`--name=${name}`],
    ...labels.map((label) => `--label=${label}`),
    ...workers === null ? [] : [`--workers=${workers}`],
    ...cacheBytes === null ? [] : [`--cache-bytes=${cacheBytes}`],
    ...memoryBytes === null ? [] : [`--memory=${memoryBytes}`],
    ...allowExec.map(({ name, path }) => `--allow-exec=${name}=${visible(path, options)}`),
    ...files === null ? [] : [`--files=${visible(files, options)}`],
    ...upgrade ? ["--upgrade", `--upgrade-within=${upgradeWithinSeconds}`] : [],
  ];
}

/** Returns the absolute path of a file for the service. Throws `usage` if it could not see the file. */
function visible(path: string, { level, facts }: ServiceCommandLineOptions): string {
  const absolute = resolve(facts.currentDirectory, path);
  if (level === "user" || !HIDDEN.test(absolute)) return absolute;
  throw new DmlError("usage", `A service of the host cannot see ${absolute}.`, {
    advice: "Copy it to a directory below /etc that the account dml may read, or leave --system out.",
  });
}

/** Returns the flags for the dialects, if they are not those that the address alone gives. */
function dialectArguments({ host, plain, dialects: { names, models } }: ServeCommand): string[] {
  const usual = usualDialects({ host, plain: plain?.address.hostname ?? null });
  return [
    ...names.join() === usual.join() ? [] : [`--dialects=${names.length === 0 ? "none" : names.join(",")}`],
    ...Object.entries(models).map(([name, model]) => `--dialect-model=${name}=${model}`),
  ];
}
