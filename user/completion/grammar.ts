import { type FlagName, flagOf } from "../cli/flags.ts";
import { flagsOf, flagTextOf, HELP_TOPICS, VERB_NAMES, type VerbName, verbOf } from "../cli/verbs.ts";

/** One verb as a shell offers it, taken from the tables of verbs and flags. */
export interface OfferedVerb {
  readonly name: string;
  readonly description: string;
  /** Words that may follow the verb; empty if there is no fixed set of words. */
  readonly words: readonly string[];
  readonly takesFiles: boolean;
  readonly flags: readonly OfferedFlag[];
}

export interface OfferedFlag {
  /** All forms of the flag, the long one first: `--master`, `-m`. */
  readonly spellings: readonly string[];
  readonly description: string;
  /** Kind of its value: none, one of some words, a directory, or one that cannot be completed. */
  readonly value: "none" | "directory" | "unknown" | readonly string[];
}

/** Returns all verbs with their flags, in the order of the help. */
export function offeredVerbs(): OfferedVerb[] {
  return VERB_NAMES.map((name) => {
    const { summary, words = [], takesFiles = false } = verbOf(name);
    return {
      name,
      description: plain(summary),
      words: [...words, ...topicsOf(name)],
      takesFiles,
      flags: flagsOf(name).flatMap((flag) => offeredFlags(name, flag)),
    };
  });
}

function topicsOf(name: VerbName): readonly string[] {
  return name === "help" ? [...VERB_NAMES, ...HELP_TOPICS] : [];
}

function offeredFlags(verb: VerbName, name: FlagName): OfferedFlag[] {
  const { alias, argument, choices, on, eitherWay } = flagOf(name);
  const { description } = flagTextOf(verb, name);
  const value = choices ?? (argument === undefined ? "none" : argument === "DIR" ? "directory" : "unknown");
  const long = on ? [`--no-${name}`] : [`--${name}`];
  const short = alias === undefined ? [] : [`-${alias}`];
  const offered: OfferedFlag = { spellings: [...long, ...short], description: plain(description), value };
  return eitherWay ? [offered, { ...offered, spellings: [`--no-${name}`] }] : [offered];
}

/** Removes backticks and the final full stop. */
function plain(text: string): string {
  return text.replaceAll("`", "").replace(/\.$/, "");
}
