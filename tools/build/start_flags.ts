import { dirname, join } from "node:path";
import { UPGRADE_DIRECTORY } from "../../protocol/program/upgrade_directory_name.ts";
import { parseCommand, settingsPlaceOf } from "../../user/cli/parse_command.ts";
import { allocatorEnvironmentOf } from "../../user/process/allocator_environment.ts";
import type { CliCommand, JoinCommand } from "../../user/cli/command.ts";
import { KEEPER, keepsEngines } from "../../user/process/engine_command.ts";
import { V8_FLAGS } from "../../user/process/v8_flags.ts";
import { ENVIRONMENT_NAMES } from "../../user/cli/flags.ts";
import type { VerbName } from "../../user/cli/verbs.ts";
import { startingPermissions } from "../../user/process/permission_rows/own_node_permissions.ts";
import type { Permissions } from "../../user/process/permission_set.ts";
import { STARTING_ENVIRONMENT } from "../../user/process/permission_flags.ts";
import { processFactsOf } from "../../user/process/process_facts.ts";
import { readSettings, type SettingsFile, settingsFileOf } from "../../user/settings/settings_file.ts";
import { storedAccess } from "../../user/process/stored_access.ts";

/** Length limit of one argument; the system may refuse a longer one (Linux: 128 KiB). */
const FLAG_CHARACTERS_MAX = 100_000;

/** Commands whose process decodes pictures and runs models. */
const COMPUTING: readonly VerbName[] = ["join", "predict"];

/**
 * Amount of WebAssembly that runs before V8 optimises it, ten times the default. For a few pictures
 * most of the optimising would be wasted, and all other compilation would wait for it. Hot code is
 * still optimised in time.
 */
const FEW_PICTURES_FLAG = "--wasm-tiering-budget=130000000";

/**
 * Environment variables that {@linkcode startOf} reads, and that `main.ts` reads before it knows
 * its command.
 */
export const START_ENVIRONMENT_NAMES = STARTING_ENVIRONMENT;

/** Facts about the environment of an invocation. */
export interface Surroundings {
  readonly os: string;
  readonly currentDirectory: string;
  /** Directory of the unpacked program, which reads parts of itself from there on demand. */
  readonly programDirectory: string;
  readonly variable: (name: string) => string | undefined;
}

/**
 * Settings with which Deno is started for one invocation: exactly what its command needs, and
 * nothing if the command line is invalid.
 */
export interface Start {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Set for a node that takes newer versions: the script keeps running to start those. `null`
   * otherwise.
   */
  readonly upgrade: { readonly directory: string; readonly withinMs: number } | null;
}

/**
 * Returns the {@linkcode Start} of `dml ARGUMENTS`; for an invalid command line, that of the
 * program that reports the error.
 */
export async function startOf(argv: readonly string[], surroundings: Surroundings): Promise<Start> {
  const settings = settingsFileOf(settingsPlaceOf(argv, environmentOf(surroundings)), surroundings);
  const command = await commandOf(argv, { ...surroundings, settings });
  return {
    flags: [
      ...engineFlags(command),
      ...grants(command, { ...surroundings, settings }),
    ],
    environment: allocatorEnvironmentOf(command?.verb),
    upgrade: command?.verb === "join" ? upgradeOf(command, surroundings) : null,
  };
}

function computes(command: CliCommand | null): boolean {
  return command !== null && COMPUTING.includes(command.verb);
}

function engineFlags(command: CliCommand | null): string[] {
  if (!computes(command)) return [];
  return [`--v8-flags=${[V8_FLAGS, ...command?.verb === "predict" ? [FEW_PICTURES_FLAG] : []].join(",")}`];
}

async function commandOf(
  argv: readonly string[],
  surroundings: Surroundings & { settings: SettingsFile | null },
): Promise<CliCommand | null> {
  try {
    const settings = await readSettings(surroundings.settings);
    return parseCommand(argv, environmentOf(surroundings), { ...storedAccess(surroundings), settings }).command;
  } catch {
    return null; // `main.ts` finds the same error and reports it
  }
}

function environmentOf({ variable }: Surroundings): Record<string, string | undefined> {
  return Object.fromEntries(ENVIRONMENT_NAMES.map((name) => [name, variable(name)]));
}

function permissionsIn(command: CliCommand, surroundings: Surroundings): Permissions | null {
  const { programDirectory } = surroundings;
  try {
    const start = { ...surroundings, programPaths: [programDirectory], executable: null };
    const facts = processFactsOf(command, start);
    const permissions = startingPermissions(command, facts);
    // `main.ts` reads these to parse its arguments, and then gives them up.
    return { ...permissions, read: [...permissions.read, ...facts.access?.parsed ?? []] };
  } catch {
    return null; // no data directory can be determined: `main.ts` reports it
  }
}

/**
 * Returns the upgrade settings of a node; `null` for a version on trial, which is supervised by the
 * process that tries it.
 */
function upgradeOf(command: JoinCommand, surroundings: Surroundings): Start["upgrade"] {
  if (!command.upgrade || surroundings.variable("DML_TRIAL")) return null;
  const [home] = permissionsIn(command, surroundings)?.write ?? [];
  if (home === undefined) return null;
  return { directory: join(home, UPGRADE_DIRECTORY), withinMs: command.upgradeWithinSeconds * 1_000 };
}

function isInside(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => path.startsWith(`${directory}/`));
}

function grants(command: CliCommand | null, surroundings: Surroundings & { settings: SettingsFile | null }): string[] {
  const { os, programDirectory, settings } = surroundings;
  const permissions = command === null ? null : permissionsIn(command, surroundings);
  const isKeeping = permissions !== null && command !== null && keepsEngines(command);
  // Read to parse the arguments, also if they turn out to be wrong, and then given up.
  const read = [
    ...permissions?.read ?? [],
    ...settings === null || isInside(settings.path, permissions?.read ?? []) ? [] : [settings.path],
  ];
  return [
    grant("net", permissions?.net ?? []),
    grant("read", [...fitting(read.filter((path) => path !== programDirectory)), programDirectory].map(expressible)),
    grant("write", (permissions?.write ?? []).map(expressible)),
    grant("env", [...START_ENVIRONMENT_NAMES, ...permissions?.env ?? []]),
    grant("sys", permissions?.sys ?? []),
    grant("run", [...isKeeping && os !== "windows" ? [KEEPER] : [], ...permissions?.run ?? []]),
  ].filter((flag) => flag !== null);
}

function grant(kind: string, names: readonly string[] | true): string | null {
  if (names === true) return `--allow-${kind}`;
  return names.length === 0 ? null : `--allow-${kind}=${names.join(",")}`;
}

/**
 * Returns `path`, or its nearest parent without a comma: Deno's flags cannot express a comma in a
 * path.
 */
function expressible(path: string): string {
  let granted = path;
  while (granted.includes(",")) granted = dirname(granted);
  return granted;
}

/** Returns the paths, or their directories if the paths are too long for a command line. */
function fitting(paths: readonly string[]): readonly string[] {
  const fits = (candidates: readonly string[]) => candidates.join(",").length < FLAG_CHARACTERS_MAX;
  if (fits(paths)) return paths;
  const directories = [...new Set(paths.map((path) => dirname(path)))];
  return fits(directories) ? directories : ["/"];
}

/** Quotes `text` as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
