import { DEFAULT_PORT } from "../../protocol/http_api/paths.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { parseAddress } from "../../protocol/http_api/address.ts";
import { checkFlags, parseArguments, refuseRest, verbNamed } from "./arguments.ts";
import type {
  CliCommand,
  CompletionsCommand,
  Invocation,
  JoinCommand,
  Presentation,
  UpgradeCommand,
} from "./command.ts";
import { type Environment, FlagValues } from "./flag_values.ts";
import { DEFAULT_UPGRADE_WITHIN_SECONDS, type FlagName, LOG_FORMATS, LOG_LEVELS } from "./flags.ts";
import { oneOf } from "./one_of.ts";
import { predictCommand } from "./predict_arguments.ts";
import { serveCommand } from "./serve/serve_arguments.ts";
import { serviceCommand } from "./service/service_arguments.ts";
import { helpCommand, subVerbOf } from "./help_arguments.ts";
import { backupFile } from "./access/backup_arguments.ts";
import { auditCommand, caCommand, contextCommand, loginCommand, tokenCommand } from "./access/access_arguments.ts";
import { NOTHING_STORED, standingValues, type StoredAccess } from "../access/standing_values.ts";
import { masterChoiceOf, tokenChoiceOf } from "./access/master_choice.ts";
import { configCommand } from "./config/config_command.ts";
import { allowedPrograms } from "./exec/allowed_programs.ts";
import { execCommand, splitExecLine } from "./exec/exec_command.ts";
import { cpCommand, lsCommand, rmCommand } from "./files/file_commands.ts";
import { logsCommand } from "./logs/logs_command.ts";
import { modelsCommand } from "./models_command.ts";
import { explainCommand } from "./nodes/explain_command.ts";
import { statusCommand } from "./status/status_command.ts";
import { nodesCommand, ownLabels, withLabelRemovals } from "./nodes/nodes_command.ts";
import { peopleCommand } from "./people_arguments.ts";
import { SYSTEM_HOME } from "../service/service_place.ts";
import { NO_SETTINGS, type Settings } from "../settings/settings.ts";
import type { SettingsPlace } from "../settings/settings_file.ts";
import { SHELLS, UPGRADE_WORDS, type VerbName } from "./verbs.ts";

// deno-lint-ignore no-control-regex -- a name goes to terminals and logs
const NODE_NAME_PATTERN = /^[^\x00-\x1f\x7f-\x9f]{1,100}$/;

/**
 * Parses `argv` and the environment, and takes from `stored` what neither names: settings, master,
 * token. Pure but for that. Throws `usage`, naming what is wrong and the nearest right thing.
 */
export function parseCommand(
  argv: readonly string[],
  environment: Environment,
  { settings = NO_SETTINGS, ...stored }: StoredAccess & { readonly settings?: Settings } = NOTHING_STORED,
): Invocation {
  const { line: words, command: behind } = splitExecLine(argv);
  const parsed = parseArguments(withLabelRemovals(words));
  const [word, ...rest] = parsed.positional;
  const { given } = parsed;
  const line = new FlagValues(given, environment);
  // A bare `dml` and `dml --version` are the only lines without a verb.
  const verb = word === undefined ? "help" : verbNamed(word);
  if (parsed.given.get("help") === true) {
    const topic = word === undefined ? null : verb;
    return {
      command: { verb: "help", topic, ...subVerbOf(topic, rest) },
      presentation: presentationOf("help", line),
    };
  }
  if (parsed.given.get("version") === true) {
    return { command: { verb: "version" }, presentation: presentationOf("version", line) };
  }
  checkFlags(parsed, verb);
  // A service is installed with the settings of its role.
  const [, role] = rest;
  const table = verb === "service" && (role === "serve" || role === "join") ? role : verb;
  const values = new FlagValues(given, environment, { settings, verb: table });
  const text = (name: FlagName) => values.text(name);
  const standing = standingValues({ verb, text, namesHome: given.has("home") }, stored);
  const all = new FlagValues(given, environment, { settings, verb: table, standing });
  return {
    command: verb === "config"
      ? configCommand(rest, { values: all, environment, settings })
      : commandOf(verb, { rest, behind, values: all }),
    presentation: presentationOf(verb, values),
  };
}

/**
 * Returns where the settings for `argv` lie, also if the rest of the line is wrong; `null` if none
 * are read.
 */
export function settingsPlaceOf(argv: readonly string[], environment: Environment): SettingsPlace | null {
  try {
    const { positional: [word = "help"], given } = parseArguments(withLabelRemovals(argv));
    return settingsPlace(verbNamed(word), new FlagValues(given, environment));
  } catch {
    return null; // The parser says what is wrong before it reads any settings.
  }
}

function settingsPlace(verb: VerbName, line: FlagValues): SettingsPlace | null {
  if (["help", "version", "completions"].includes(verb)) return null;
  const isOfHost = verb === "service" && line.isOn("system");
  return { file: line.text("config"), home: isOfHost ? SYSTEM_HOME : line.text("home") };
}

function presentationOf(verb: VerbName, values: FlagValues): Presentation {
  return {
    logLevel: values.choice("log-level", LOG_LEVELS) ?? (verb === "serve" ? "info" : "warn"),
    logFormat: values.choice("log-format", LOG_FORMATS) ?? "text",
    color: values.toggle("color"),
    progress: values.toggle("progress") ?? true,
  };
}

interface Parts {
  /** The words behind the verb. */
  readonly rest: readonly string[];
  /** The words behind the `--` of `exec`. */
  readonly behind: readonly string[];
  readonly values: FlagValues;
}

function commandOf(verb: Exclude<VerbName, "config">, { rest, behind, values }: Parts): CliCommand {
  if (["serve", "doctor", "version", "audit", "logs", "status"].includes(verb)) refuseRest(verb, rest);
  switch (verb) {
    case "serve":
      return serveCommand(values);
    case "join":
      return joinCommand({ rest, values });
    case "predict":
      return predictCommand(rest, values);
    case "nodes":
      return nodesCommand(rest, values);
    case "explain":
      return explainCommand(rest, values);
    case "exec":
      return execCommand(rest, values, behind);
    case "cp":
      return cpCommand(rest, values);
    case "ls":
      return lsCommand(rest, values);
    case "rm":
      return rmCommand(rest, values);
    case "status":
      return statusCommand(values);
    case "logs":
      return logsCommand(values);
    case "models":
      return modelsCommand(rest, values);
    case "upgrade":
      return upgradeCommand({ rest, values });
    case "doctor":
      return {
        verb,
        ...masterChoiceOf(values),
        bundle: values.text("bundle"),
        home: values.text("home"),
        json: values.isOn("json"),
      };
    case "login":
      return loginCommand(rest, values);
    case "context":
      return contextCommand(rest, values);
    case "token":
      return tokenCommand(rest, values);
    case "audit":
      return auditCommand(values);
    case "backup":
      return { verb, ...masterChoiceOf(values), ...backupFile({ verb, rest, values }) };
    case "restore":
      return { verb, ...backupFile({ verb, rest, values }) };
    case "ca":
      return caCommand(rest, values);
    case "service":
      return serviceCommand({ rest, values }, { serve: serveCommand, join: joinCommand });
    case "completions":
      return completionsCommand(rest);
    case "people":
      return peopleCommand(rest, values);
    case "help":
      return helpCommand(rest);
    case "version":
      return { verb };
  }
}

function joinCommand({ rest, values }: Omit<Parts, "behind">): JoinCommand {
  refuseRest("join", rest.slice(1));
  const master = rest.length > 0
    ? parseAddress(rest[0], { what: "The address of the master" })
    : values.address("master");
  if (master === null) {
    throw new DmlError("usage", "`dml join` needs the address of the master.", {
      advice: `Say \`dml join HOST[:${DEFAULT_PORT}]\`; \`dml serve\` prints the whole line.`,
    });
  }
  return {
    verb: "join",
    master,
    ...tokenChoiceOf(values),
    name: values.matching("name", { pattern: NODE_NAME_PATTERN, form: "1 to 100 characters" }),
    labels: ownLabels(values),
    workers: values.count("workers", LIMITS.workersMax),
    cacheBytes: values.bytes("cache-bytes"),
    memoryBytes: memoryIn(values),
    allowExec: allowedPrograms(values),
    files: values.text("files"),
    upgrade: values.isOn("upgrade"),
    upgradeWithinSeconds: values.count("upgrade-within", LIMITS.upgradeWithinMaxMs / 1_000) ??
      DEFAULT_UPGRADE_WITHIN_SECONDS,
    home: values.text("home"),
  };
}

function memoryIn(values: FlagValues): number | null {
  const bytes = values.bytes("memory");
  if (bytes === null || bytes >= LIMITS.nodeMemoryBytesMin) return bytes;
  throw new DmlError("usage", `--memory must be at least ${LIMITS.nodeMemoryBytesMin / 1024 ** 2}MiB.`);
}

function upgradeCommand({ rest, values }: Omit<Parts, "behind">): UpgradeCommand {
  refuseRest("upgrade", rest.slice(1));
  const [word] = rest;
  if (word !== undefined) oneOf(UPGRADE_WORDS, word, { what: "`dml upgrade`", example: "dml upgrade status" });
  return { verb: "upgrade", ...masterChoiceOf(values), follows: word === undefined, json: values.isOn("json") };
}

function completionsCommand([word, ...more]: readonly string[]): CompletionsCommand {
  refuseRest("completions", more);
  const example = "source <(dml completions bash)";
  return { verb: "completions", shell: oneOf(SHELLS, word, { what: "`dml completions`", example }) };
}
