import { ERRORS } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { HelpCommand } from "../cli/command.ts";
import { EXIT_CODES, EXIT_OK } from "../cli/exit.ts";
import { ENGINE_PATCH_VARIABLE } from "../engine_patch_variable.ts";
import { type FlagName, flagOf, FLAGS, isFlagName, spelling } from "../cli/flags.ts";
import { LIMIT_DESCRIPTIONS } from "../cli/limit_descriptions.ts";
import { formatBytes, formatDuration } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { SubVerb, SubVerbs } from "../cli/sub_verbs.ts";
import {
  COMMON_FLAGS,
  flagsOf,
  flagTextOf,
  HELP_TOPICS,
  isVerbName,
  VERB_NAMES,
  type VerbName,
  verbOf,
} from "../cli/verbs.ts";

const WIDTH = 100;
const ENGINE_PATCH = [
  `${ENGINE_PATCH_VARIABLE}=on|off`,
  "When it is off, the engine is used as it was built, without what dml changes of it to run depthwise convolutions faster; `dml doctor` says which holds.",
] as const;
const NO_COLOR = ["NO_COLOR", "If it is set, no colour (https://no-color.org)."] as const;

/** Prints the help that `command` asks for; that of `models` with the models that come with dml. */
export async function runHelp(
  { topic, subVerb }: HelpCommand,
  { terminal }: { terminal: Terminal },
): Promise<number> {
  terminal.out(helpText(topic, subVerb));
  if (topic === "models" && subVerb === undefined) {
    // Not loaded for every help, since it loads the schemas of manifests.
    const { CATALOG } = await import("../../models/catalog/catalog.ts");
    const rows = CATALOG.map(({ manifest: { name, version, description } }) =>
      [`${name}@${version}`, description] as const
    );
    terminal.out(["", "Models that come with dml:", "", ...pairs(rows), ""].join("\n"));
  }
  return EXIT_OK;
}

/** Returns the help of a verb, of one of its sub-verbs, of a topic, or of everything. */
export function helpText(topic: HelpCommand["topic"], subVerb?: string): string {
  if (topic === null) return overview();
  if (isVerbName(topic)) {
    const named = subVerb === undefined ? undefined : verbOf(topic).subVerbs?.[subVerb];
    return named === undefined ? verbHelp(topic) : subVerbHelp(topic, { name: subVerb, ...named });
  }
  switch (topic) {
    case "limits":
      return limitsHelp();
    case "exit-codes":
      return exitCodesHelp();
    case "environment":
      return environmentHelp();
  }
}

function overview(): string {
  return [
    "dml recognises the persons in pictures, on as many machines as join in.",
    "",
    "Usage: dml VERB [ARGUMENTS] [FLAGS]",
    "",
    ...pairs(VERB_NAMES.map((name) => [name, verbOf(name).summary])),
    "",
    "Start with:",
    "",
    ...pairs([
      ["dml predict photo.jpg", "on this machine, with nothing set up"],
      ["dml serve", "the master; prints the command that makes another host a node"],
      ["dml join HOST", "a node"],
    ]),
    "",
    `\`dml VERB --help\` explains a verb, \`dml help TOPIC\` one of: ${HELP_TOPICS.join(", ")}.`,
  ].map((line) => `${line}\n`).join("");
}

function verbHelp(name: VerbName): string {
  const verb = verbOf(name);
  return [
    verb.summary,
    "",
    `Usage: ${["dml", name, verb.usage, "[FLAGS]"].filter(Boolean).join(" ")}`,
    ...verb.details.flatMap((paragraph) => ["", ...wrapped(paragraph, { indent: "" })]),
    ...(verb.subVerbs === undefined ? flagLines(name, flagsOf(name)) : subVerbLines(name, verb.subVerbs)),
    "",
    "Examples:",
    "",
    ...pairs(verb.examples),
    ...(name === "predict" ? ["", "Exit codes:", "", ...exitCodeLines()] : []),
  ].map((line) => `${line}\n`).join("");
}

function subVerbHelp(
  verb: VerbName,
  { name, summary, usage, details, flags, examples }: SubVerb & { readonly name?: string },
): string {
  return [
    summary,
    "",
    `Usage: ${["dml", verb, name, usage, "[FLAGS]"].filter(Boolean).join(" ")}`,
    ...details.flatMap((paragraph) => ["", ...wrapped(paragraph, { indent: "" })]),
    ...flagLines(verb, [...flags, ...COMMON_FLAGS]),
    "",
    "Examples:",
    "",
    ...pairs(examples),
  ].map((line) => `${line}\n`).join("");
}

function subVerbLines(verb: VerbName, table: SubVerbs): string[] {
  const rows = Object.entries(table).map(([name, { summary }]) => [name, summary] as const);
  return ["", "Verbs:", "", ...pairs(rows), "", `\`dml ${verb} VERB --help\` explains each, with its flags.`];
}

function flagLines(verb: VerbName, flags: readonly FlagName[]): string[] {
  return ["", "Flags:", "", ...pairs(flags.map((flag) => [flagUsage(verb, flag), flagText(verb, flag)]))];
}

/** Returns a flag as it may be written, like `-m, --master HOST[:7400]`. */
function flagUsage(verb: VerbName, name: FlagName): string {
  const { alias, eitherWay } = flagOf(name);
  const argument = flagTextOf(verb, name).argument ?? flagOf(name).argument;
  const short = alias ? `-${alias}, ` : "    ";
  const long = eitherWay ? `--${name}, --no-${name}` : spelling(name);
  return `${short}${long}${argument ? ` ${argument}` : ""}`;
}

function flagText(verb: VerbName, name: FlagName): string {
  const { description, environment, fallback, choices } = flagTextOf(verb, name);
  return [
    description,
    choices && `One of ${choices.join(", ")}.`,
    fallback && `Default: ${fallback}.`,
    environment && `[${environmentText(name)}]`,
  ].filter(Boolean).join(" ");
}

/** Returns the variable of a flag, with its values if the flag is a switch. */
function environmentText(name: FlagName): string {
  const { environment = "", argument } = flagOf(name);
  return argument === undefined ? `${environment}=1|0` : environment;
}

function limitsHelp(): string {
  const names = Object.keys(LIMITS).filter((name): name is keyof typeof LIMITS => Object.hasOwn(LIMITS, name));
  const rows = names.map((name) => [name, `${limitText(name).padEnd(11)}  ${LIMIT_DESCRIPTIONS[name]}`] as const);
  return `${["Every limit of dml:", "", ...pairs(rows)].join("\n")}\n`;
}

function limitText(name: keyof typeof LIMITS): string {
  const value = LIMITS[name];
  if (/Bytes/.test(name)) return formatBytes(value);
  if (/Ms$/.test(name)) return formatDuration(value);
  return value.toLocaleString("en");
}

function exitCodesHelp(): string {
  const rows = Object.entries(ERRORS).map(([code, { exit, advice }]) => [code, `${exit}  ${advice}`] as const);
  const lines = ["Exit codes:", "", ...exitCodeLines(), "", "Errors, and the exit code of each:", ""];
  return `${[...lines, ...pairs(rows)].join("\n")}\n`;
}

function exitCodeLines(): string[] {
  return pairs(Object.entries(EXIT_CODES).map(([code, meaning]) => [code, meaning]));
}

function environmentHelp(): string {
  const rows = Object.keys(FLAGS).filter(isFlagName).flatMap((name) => {
    const { environment, description } = flagOf(name);
    return environment ? [[environmentText(name), `${spelling(name)}: ${description}`] as const] : [];
  });
  const about = "Environment variables that dml reads; a flag takes precedence over its variable:";
  const lines = [about, "", ...pairs([...rows, ENGINE_PATCH, NO_COLOR])];
  return `${lines.join("\n")}\n`;
}

/** Returns the lines of two columns, the second one wrapped. */
function pairs(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) => {
    const indent = " ".repeat(width + 4);
    const [first, ...rest] = wrapped(right, { indent });
    if (left.length > width) return [`  ${left}`, first, ...rest];
    return [`  ${left.padEnd(width)}  ${first.trimStart()}`, ...rest];
  });
}

function wrapped(text: string, { indent }: { indent: string }): string[] {
  const lines = [indent];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    const isFirst = line.length === indent.length;
    if (!isFirst && line.length + 1 + word.length > WIDTH) lines.push(indent + word);
    else lines[lines.length - 1] = isFirst ? line + word : `${line} ${word}`;
  }
  return lines;
}
