// @ts-types="../parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { type FlagName, flagOf, FLAGS, isFlagName, spelling } from "./flags.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import { flagsOf, isVerbName, VERB_NAMES, type VerbName } from "./verbs.ts";

/**
 * Value of one flag on a command line: a text, true or false for a switch, or several texts for a
 * flag that repeats.
 */
export type FlagValue = string | boolean | readonly string[];

/** A command line split into its parts, not yet checked against a verb. */
export interface Arguments {
  readonly positional: readonly string[];
  readonly given: ReadonlyMap<FlagName, FlagValue>;
  /** Unknown flags as written, without their values. */
  readonly unknown: readonly string[];
}

const NAMES = Object.keys(FLAGS).filter(isFlagName);
const SWITCHES = NAMES.filter((name) => flagOf(name).argument === undefined);
const VALUED = NAMES.filter((name) => flagOf(name).argument !== undefined);

// The parser takes a `true` or `false` after a switch as the value of the switch. This mark, which
// no argument can contain, prevents that.
const WORD_MARK = "\0";
const marked = (argument: string) => /^(true|false)$/.test(argument) ? WORD_MARK + argument : argument;
const unmarked = (text: string) => text.startsWith(WORD_MARK) ? text.slice(WORD_MARK.length) : text;

/** Flags that take `-`, for standard input, as their value. */
const READING_INPUT: readonly string[] = ["--token", "--token-file"];

/**
 * Splits `argv` into its parts. Throws `usage` for a flag without its value, a switch with a value,
 * and a file name that reads like a flag.
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const end = argv.indexOf("--");
  for (const argument of end < 0 ? argv : argv.slice(0, end)) {
    refuseFileLikeFlag(argument);
    refuseValueOfSwitch(argument);
  }
  const unknown: string[] = [];
  const positional: string[] = [];
  const parsed = parseArgs(withJoinedStandardInput(argv).map(marked), {
    string: VALUED,
    boolean: SWITCHES,
    collect: NAMES.filter((name) => flagOf(name).repeats),
    negatable: SWITCHES.filter((name) => flagOf(name).on || flagOf(name).eitherWay),
    alias: Object.fromEntries(
      NAMES.flatMap((name) => flagOf(name).alias ? [[name, flagOf(name).alias!]] : []),
    ),
    default: Object.fromEntries(SWITCHES.map((name) => [name, null])),
    unknown(argument, key) {
      // Collected here because the parser would convert file names that look like numbers.
      if (key === undefined) positional.push(unmarked(argument));
      else unknown.push(argument.split("=")[0]);
      return false;
    },
  });
  const given = new Map<FlagName, FlagValue>();
  for (const name of NAMES) {
    const value = parsed[name];
    if (flagOf(name).repeats && Array.isArray(value) && value.length > 0) {
      given.set(name, value.map((text) => unmarked(String(text))));
    }
    if (value === "" || value === true && VALUED.includes(name)) {
      throw new DmlError("usage", `--${name} needs a value: --${name} ${flagOf(name).argument}.`);
    }
    if (typeof value === "string") given.set(name, unmarked(value));
    if (typeof value === "boolean") given.set(name, value);
  }
  return { positional: [...positional, ...parsed._.map(unmarked)], given, unknown };
}

// The parser would not take `-` as the value of the flag before it.
function withJoinedStandardInput(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  const joined: string[] = [];
  for (const [at, argument] of argv.entries()) {
    const isValue = argument === "-" && (end < 0 || at < end) && READING_INPUT.includes(argv[at - 1]);
    if (isValue) joined[joined.length - 1] += "=-";
    else joined.push(argument);
  }
  return joined;
}

// The parser reads `--json=perhaps` as true, and `--no-annotate=false` as `--no-annotate`.
function refuseValueOfSwitch(argument: string): void {
  const [, written] = /^(--[^=]+|-[^-=])=/s.exec(argument) ?? [];
  const isSwitch = SWITCHES.some((name) =>
    [`--${name}`, `--no-${name}`, `-${flagOf(name).alias}`].some((spelled) => spelled === written)
  );
  if (isSwitch) throw new DmlError("usage", `${written} takes no value; give it or leave it out.`);
}

// The parser would read `-dash.jpg` as seven one-letter flags, `-h` among them.
function refuseFileLikeFlag(argument: string): void {
  const hasValue = argument.includes("=") || /^-\w\W/.test(argument);
  if (!argument.startsWith("-") || hasValue || !isFileName(argument)) return;
  throw new DmlError("usage", `${argument} reads like a flag.`, {
    advice: `If it is a file, write ./${argument}, or put -- before it.`,
  });
}

/**
 * Throws `usage` for a flag that `verb` does not take: if it is unknown, suggesting the most
 * similar one; else naming the verbs that take it.
 */
export function checkFlags({ given, unknown }: Arguments, verb: VerbName): void {
  const taken = flagsOf(verb);
  for (const flag of unknown) {
    const match = nearest(flag, [...taken.map(spelling), ...taken.map((name) => `--${name}`)]) ??
      nearest(flag, NAMES.map(spelling));
    const advice = match ? `Did you mean ${match}?` : `See \`dml ${verb} --help\`.`;
    throw new DmlError("usage", `There is no flag ${flag}.`, { advice });
  }
  for (const name of given.keys()) {
    if (taken.includes(name) || name === "version") continue;
    const takers = VERB_NAMES.filter((other) => flagsOf(other).includes(name));
    throw new DmlError(
      "usage",
      `\`dml ${verb}\` takes no ${spelling(name)}; it belongs to ${
        takers.map((taker) => `\`dml ${taker}\``).join(", ")
      }.`,
      { advice: `See \`dml ${verb} --help\`.` },
    );
  }
}

/**
 * Returns `word` as a verb. Throws `usage`, suggesting the most similar verb, if there is no such
 * verb.
 */
export function verbNamed(word: string): VerbName {
  if (isVerbName(word)) return word;
  const match = nearest(word, VERB_NAMES);
  const advice = match
    ? `Did you mean \`dml ${match}\`?`
    : isFileName(word)
    ? `Did you mean \`dml predict ${word}\`?`
    : "`dml help` lists the verbs.";
  throw new DmlError("usage", `There is no verb ${JSON.stringify(word)}.`, { advice });
}

/** Returns true if `word` ends as names of files do; no flag and no verb has a dot. */
function isFileName(word: string): boolean {
  return /\.\w{1,5}$/.test(word);
}

/** Throws `usage` if `rest`, the words that `verb` did not use, is not empty. */
export function refuseRest(verb: VerbName, rest: readonly string[]): void {
  if (rest.length === 0) return;
  throw new DmlError("usage", `\`dml ${verb}\` takes no ${JSON.stringify(rest[0])}.`, {
    advice: `See \`dml ${verb} --help\`.`,
  });
}
