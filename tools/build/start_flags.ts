import { dirname, join } from "node:path";
import { UPGRADE_DIRECTORY } from "../../protocol/program/upgrade_directory_name.ts";
import { parseCommand } from "../../user/cli/parse_command.ts";
import { allocatorEnvironmentOf } from "../../user/process/allocator_environment.ts";
import type { CliCommand, JoinCommand } from "../../user/cli/command.ts";
import { V8_FLAGS } from "../../user/process/v8_flags.ts";
import { ENVIRONMENT_NAMES } from "../../user/cli/flags.ts";
import type { VerbName } from "../../user/cli/verbs.ts";
import { type Permissions, permissionsOf } from "../../user/process/permissions.ts";
import { STARTING_ENVIRONMENT } from "../../user/process/permission_flags.ts";
import { processFactsOf } from "../../user/process/process_facts.ts";

/** Longer than this an argument may be refused by the system (Linux: 128 KiB). */
const FLAG_CHARACTERS_MAX = 100_000;

/** Verbs whose process decodes pictures and runs models. */
const COMPUTING: readonly VerbName[] = ["join", "predict"];

/**
 * How much WebAssembly runs before V8 optimises it, ten times as much as by default: for a few pictures most of the
 * optimising would be for nothing, and all else that is compiled waits for it. What is hot is still optimised in time.
 */
const FEW_PICTURES_FLAG = "--wasm-tiering-budget=130000000";

/** What {@linkcode startOf} looks at, and `main.ts` before it knows its command. */
export const START_ENVIRONMENT_NAMES = STARTING_ENVIRONMENT;

/** Where an invocation takes place. */
export interface Surroundings {
  readonly os: string;
  readonly currentDirectory: string;
  /** Where the program is unpacked; it reads its parts from there when it needs them. */
  readonly programDirectory: string;
  readonly variable: (name: string) => string | undefined;
}

/** How Deno is started for one invocation: exactly what its role needs, and nothing for a command line that is wrong. */
export interface Start {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Of a node that takes newer programs: the script that starts it stays, to start those. */
  readonly upgrade: { readonly directory: string; readonly withinMs: number } | null;
}

/** The {@linkcode Start} of `dml ARGUMENTS`; with a wrong command line, of the program that will say so. */
export function startOf(argv: readonly string[], surroundings: Surroundings): Start {
  const command = commandOf(argv, surroundings);
  return {
    flags: [
      ...engineFlags(command),
      ...grants(command === null ? null : permissionsIn(command, surroundings), surroundings.programDirectory),
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

function commandOf(argv: readonly string[], { variable }: Surroundings): CliCommand | null {
  try {
    return parseCommand(argv, Object.fromEntries(ENVIRONMENT_NAMES.map((name) => [name, variable(name)]))).command;
  } catch {
    return null; // `main.ts` finds the same and says it
  }
}

function permissionsIn(command: CliCommand, surroundings: Surroundings): Permissions | null {
  const { programDirectory } = surroundings;
  try {
    const start = { ...surroundings, programPaths: [programDirectory], executable: null };
    return permissionsOf(command, processFactsOf(command, start));
  } catch {
    return null; // no data directory can be found: `main.ts` says it
  }
}

/** A program that is tried is looked after by the one that tries it. */
function upgradeOf(command: JoinCommand, surroundings: Surroundings): Start["upgrade"] {
  if (!command.upgrade || surroundings.variable("DML_TRIAL")) return null;
  const [home] = permissionsIn(command, surroundings)?.write ?? [];
  if (home === undefined) return null;
  return { directory: join(home, UPGRADE_DIRECTORY), withinMs: command.upgradeWithinSeconds * 1_000 };
}

function grants(permissions: Permissions | null, programDirectory: string): string[] {
  const { read = [] } = permissions ?? {};
  return [
    grant("net", permissions?.net ?? []),
    grant("read", [...fitting(read.filter((path) => path !== programDirectory)), programDirectory].map(expressible)),
    grant("write", (permissions?.write ?? []).map(expressible)),
    grant("env", [...START_ENVIRONMENT_NAMES, ...permissions?.env ?? []]),
    grant("sys", permissions?.sys ?? []),
  ].filter((flag) => flag !== null);
}

function grant(kind: string, names: readonly string[] | true): string | null {
  if (names === true) return `--allow-${kind}`;
  return names.length === 0 ? null : `--allow-${kind}=${names.join(",")}`;
}

/** Deno's flags have no way to write a comma in a path; then the directory that holds it is granted. */
function expressible(path: string): string {
  let granted = path;
  while (granted.includes(",")) granted = dirname(granted);
  return granted;
}

/** Thousands of pictures are granted by their directories: a command line has a limit. */
function fitting(paths: readonly string[]): readonly string[] {
  const fits = (candidates: readonly string[]) => candidates.join(",").length < FLAG_CHARACTERS_MAX;
  if (fits(paths)) return paths;
  const directories = [...new Set(paths.map((path) => dirname(path)))];
  return fits(directories) ? directories : ["/"];
}

/** `text` as one word of a POSIX shell, whatever is in it. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
