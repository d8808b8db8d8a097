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
    const { summary, words = [], subVerbs = {}, takesFiles = false } = verbOf(name);
    return {
      name,
      description: plain(summary),
      words: [...words, ...Object.keys(subVerbs), ...topicsOf(name)],
      takesFiles,
      flags: flagsOf(name).flatMap((flag) => offeredFlags(name, flag)),
    };
  });
}

function topicsOf(name: VerbName): readonly string[] {
  return name === "help" ? [...VERB_NAMES, ...HELP_TOPICS] : [];
}

function offeredFlags(verb: VerbName, name: FlagName): OfferedFlag[] {
  const { alias, on, eitherWay } = flagOf(name);
  const { description, choices, argument = flagOf(name).argument } = flagTextOf(verb, name);
  const value = choices ?? (argument === undefined ? "none" : argument === "DIR" ? "directory" : "unknown");
  const long = on ? [`--no-${name}`] : [`--${name}`];
  const short = alias === undefined ? [] : [`-${alias}`];
  const offered: OfferedFlag = { spellings: [...long, ...short], description: plain(description), value };
  return eitherWay ? [offered, { ...offered, spellings: [`--no-${name}`] }] : [offered];
}

/** The flags whose values are completed in the same way. */
export interface OfferedValue {
  readonly value: Exclude<OfferedFlag["value"], "none">;
  /** Patterns of the verb and the flag, for the `case` of a shell. */
  readonly patterns: readonly string[];
}

/**
 * Returns the flags with a value. Those that take another value with one verb than with the verbs
 * before it come first, so that their patterns are tried before the general ones.
 */
export function offeredValues(verbs: readonly OfferedVerb[]): OfferedValue[] {
  const usual = new Map<string, string>();
  const special = new Map<string, OfferedValue & { patterns: string[] }>();
  const general: typeof special = new Map();
  for (const { name, flags } of verbs) {
    for (const { spellings, value } of flags) {
      if (value === "none") continue;
      const key = String(value);
      for (const spelling of spellings) {
        const isUsual = (usual.get(spelling) ?? key) === key;
        if (isUsual) usual.set(spelling, key);
        const found = isUsual ? general : special;
        const patterns = found.get(key)?.patterns ?? [];
        const pattern = isUsual ? `*" ${spelling}"` : `"${name} ${spelling}"`;
        if (!patterns.includes(pattern)) found.set(key, { value, patterns: [...patterns, pattern] });
      }
    }
  }
  return [...special.values(), ...general.values()];
}

/** Removes backticks and the final full stop. */
function plain(text: string): string {
  return text.replaceAll("`", "").replace(/\.$/, "");
}
