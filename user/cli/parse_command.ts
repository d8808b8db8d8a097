import { DEFAULT_GALLERY, GALLERY_NAME_PATTERN, NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import { DEFAULT_CONTROL_PORT, DEFAULT_PORT } from "../../protocol/http_api/paths.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { NODE_COMMAND_NAMES } from "../../protocol/messages/command_names.ts";
import { parseAddress } from "../../protocol/http_api/address.ts";
import { checkFlags, parseArguments, refuseRest, verbNamed } from "./arguments.ts";
import type {
  CliCommand,
  CompletionsCommand,
  Invocation,
  JoinCommand,
  NodesCommand,
  PredictCommand,
  Presentation,
  ServeCommand,
  UpgradeCommand,
} from "./command.ts";
import { type Environment, FlagValues } from "./flag_values.ts";
import {
  DEFAULT_CONCURRENCY,
  DEFAULT_HOST,
  DEFAULT_MODEL,
  DEFAULT_UPGRADE_WITHIN_SECONDS,
  type FlagName,
  flagOf,
  LOG_FORMATS,
  LOG_LEVELS,
} from "./flags.ts";
import { oneOf } from "./one_of.ts";
import { serviceCommand } from "./service_arguments.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import { helpCommand, subVerbOf } from "./help_arguments.ts";
import type { MasterChoice } from "./master_choice.ts";
import { modelsCommand } from "./models_command.ts";
import { peopleCommand } from "./people_arguments.ts";
import { SHELLS, UPGRADE_WORDS, type VerbName } from "./verbs.ts";

const MODEL_NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}(@\d{1,9})?$/;
// deno-lint-ignore no-control-regex -- a name goes to terminals and logs
const NODE_NAME_PATTERN = /^[^\x00-\x1f\x7f-\x9f]{1,100}$/;

/**
 * Parses `argv` and the environment. Pure. Throws `usage`, naming what is wrong and the nearest
 * right thing.
 */
export function parseCommand(argv: readonly string[], environment: Environment): Invocation {
  const parsed = parseArguments(argv);
  const [word, ...rest] = parsed.positional;
  const values = new FlagValues(parsed.given, environment);
  // A bare `dml` and `dml --version` are the only lines without a verb.
  const verb = word === undefined ? "help" : verbNamed(word);
  if (parsed.given.get("help") === true) {
    const topic = word === undefined ? null : verb;
    return {
      command: { verb: "help", topic, ...subVerbOf(topic, rest) },
      presentation: presentationOf("help", values),
    };
  }
  if (parsed.given.get("version") === true) {
    return { command: { verb: "version" }, presentation: presentationOf("version", values) };
  }
  checkFlags(parsed, verb);
  return {
    command: commandOf(verb, { rest, values }),
    presentation: presentationOf(verb, values),
  };
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
  readonly values: FlagValues;
}

function commandOf(verb: VerbName, { rest, values }: Parts): CliCommand {
  if (verb === "serve" || verb === "doctor" || verb === "version") refuseRest(verb, rest);
  switch (verb) {
    case "serve":
      return serveCommand(values);
    case "join":
      return joinCommand({ rest, values });
    case "predict":
      return predictCommand({ rest, values });
    case "nodes":
      return { verb, ...masterChoice(values), json: isOn("json", values), nodeCommand: nodeCommandOf(rest) };
    case "models":
      return modelsCommand(rest, values);
    case "upgrade":
      return upgradeCommand({ rest, values });
    case "doctor":
      return { verb, ...masterChoice(values), home: values.text("home"), json: isOn("json", values) };
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

function isOn(name: FlagName, values: FlagValues): boolean {
  return values.toggle(name) ?? flagOf(name).on ?? false;
}

function masterChoice(values: FlagValues): MasterChoice {
  return { master: values.address("master"), token: values.text("token") };
}

function serveCommand(values: FlagValues): ServeCommand {
  const port = values.port("port") ?? DEFAULT_PORT;
  const controlPort = values.port("control-port") ?? DEFAULT_CONTROL_PORT;
  if (port !== 0 && port === controlPort) {
    throw new DmlError("usage", `--port and --control-port are both ${port}; they must differ.`);
  }
  return {
    verb: "serve",
    host: values.hostname("host") ?? DEFAULT_HOST,
    port,
    controlPort,
    advertise: values.host("advertise"),
    printTokens: values.toggle("print-tokens"),
    executables: values.text("executables"),
    home: values.text("home"),
  };
}

function joinCommand({ rest, values }: Parts): JoinCommand {
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
    token: values.text("token"),
    name: values.matching("name", { pattern: NODE_NAME_PATTERN, form: "1 to 100 characters" }),
    workers: values.count("workers", LIMITS.workersMax),
    cacheBytes: values.bytes("cache-bytes"),
    upgrade: isOn("upgrade", values),
    upgradeWithinSeconds: values.count("upgrade-within", LIMITS.upgradeWithinMaxMs / 1_000) ??
      DEFAULT_UPGRADE_WITHIN_SECONDS,
    home: values.text("home"),
  };
}

function predictCommand({ rest, values }: Parts): PredictCommand {
  if (rest.length === 0) {
    throw new DmlError("usage", "`dml predict` needs a picture.", {
      advice: "Name files, directories or globs, or - for standard input.",
    });
  }
  if (rest.indexOf("-") !== rest.lastIndexOf("-")) {
    throw new DmlError("usage", "Standard input (-) was named twice; it holds one picture.");
  }
  refuseInVain(values);
  return {
    verb: "predict",
    inputs: rest,
    ...masterChoice(values),
    model: values.matching("model", {
      pattern: MODEL_NAME_PATTERN,
      form: "NAME or NAME@VERSION",
    }) ?? DEFAULT_MODEL,
    out: values.text("out"),
    json: isOn("json", values),
    annotate: isOn("annotate", values),
    embeddings: isOn("embeddings", values),
    gallery: galleryOf(values),
    maxSide: values.count("max-side", LIMITS.imageSideMax),
    concurrency: values.count("concurrency", LIMITS.predictConcurrencyMax) ?? DEFAULT_CONCURRENCY,
  };
}

/** Throws `usage` for a flag on the line itself that would do nothing. */
function refuseInVain(values: FlagValues): void {
  if (isOn("embeddings", values) && !isOn("json", values)) {
    throw new DmlError("usage", "--embeddings puts numbers into JSON lines; the table has no place for them.", {
      advice: "Add --json.",
    });
  }
  if (!isOn("annotate", values) && values.given.has("out")) {
    throw new DmlError("usage", "With --no-annotate there is nothing to --out for: no picture is written.", {
      advice: "Leave one of the two out: --out DIR goes without --no-annotate.",
    });
  }
  if (!isOn("annotate", values) && values.given.has("max-side")) {
    throw new DmlError("usage", "With --no-annotate there is nothing to --max-side for: no picture is written.", {
      advice: "Leave one of the two out: --max-side N goes without --no-annotate.",
    });
  }
}

function galleryOf(values: FlagValues): string | null {
  const pattern = GALLERY_NAME_PATTERN;
  const name = values.matching("gallery", { pattern, form: "the name of a gallery" }) ?? DEFAULT_GALLERY;
  return name === NO_GALLERY ? null : name;
}

function upgradeCommand({ rest, values }: Parts): UpgradeCommand {
  refuseRest("upgrade", rest.slice(1));
  const [word] = rest;
  if (word !== undefined) oneOf(UPGRADE_WORDS, word, { what: "`dml upgrade`", example: "dml upgrade status" });
  return { verb: "upgrade", ...masterChoice(values), follows: word === undefined, json: isOn("json", values) };
}

function completionsCommand([word, ...more]: readonly string[]): CompletionsCommand {
  refuseRest("completions", more);
  const example = "source <(dml completions bash)";
  return { verb: "completions", shell: oneOf(SHELLS, word, { what: "`dml completions`", example }) };
}

function nodeCommandOf(rest: readonly string[]): NodesCommand["nodeCommand"] {
  if (rest.length === 0) return null;
  const [word, node, ...more] = rest;
  const command = NODE_COMMAND_NAMES.find((name) => name === word);
  if (command === undefined) {
    const match = nearest(word, NODE_COMMAND_NAMES) ?? NODE_COMMAND_NAMES.join(", ");
    throw new DmlError("usage", `\`dml nodes\` has no ${JSON.stringify(word)}.`, {
      advice: `Did you mean ${match}?`,
    });
  }
  if (node === undefined || more.length > 0) {
    throw new DmlError("usage", `\`dml nodes ${command}\` needs one node, by name or id.`, {
      advice: "`dml nodes` lists them.",
    });
  }
  return { command, node };
}
