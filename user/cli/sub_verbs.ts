import { DmlError } from "../../protocol/kernel/errors.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import { type FlagName, spelling } from "./flags.ts";

/** One of the things that a verb can do, as `add` in `dml models add`: how the help shows it and the parser takes it. */
export interface SubVerb {
  /** What follows it, besides flags. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  /** More, a paragraph an entry. */
  readonly details: readonly string[];
  /** Beside the flags of every verb. */
  readonly flags: readonly FlagName[];
  /** Command line, and what it does. */
  readonly examples: readonly (readonly [commandLine: string, purpose: string])[];
}

/** The sub-verbs of one verb, in the order of the help. */
export type SubVerbs<Name extends string = string> = Readonly<Record<Name, SubVerb>>;

/** What the words behind a verb, and the flags that were given, say of its sub-verb. */
export interface SubVerbLine<Name extends string> {
  /** Of the words behind the verb, the first is the sub-verb. */
  readonly rest: readonly string[];
  readonly given: Iterable<FlagName>;
  /** What a bare verb means; null when it means nothing. */
  readonly fallback: NoInfer<Name> | null;
}

/**
 * Which sub-verb of `verb` a command line names, and the words behind it. Throws `usage`: for none, or an unknown one,
 * naming the nearest; for a flag that belongs to another sub-verb, naming those.
 */
export function takeSubVerb<Name extends string>(
  verb: string,
  table: SubVerbs<Name>,
  { rest, given, fallback }: SubVerbLine<Name>,
): { name: Name; rest: readonly string[] } {
  const [word, ...others] = rest;
  const name = word === undefined ? fallback : subVerbNamed(verb, table, word);
  if (name === null) {
    throw new DmlError("usage", `\`dml ${verb}\` needs one of ${Object.keys(table).join(", ")}.`, {
      advice: `See \`dml ${verb} --help\`.`,
    });
  }
  refuseFlagsOfOthers(verb, table, { name, given });
  return { name, rest: others };
}

/** Whether `word` is in `table`. */
export function isSubVerbOf<Name extends string>(table: SubVerbs<Name>, word: string): word is Name {
  return Object.hasOwn(table, word);
}

/** Every flag that some sub-verb takes, once. */
export function flagsOfSubVerbs(table: SubVerbs): FlagName[] {
  return [...new Set(Object.values(table).flatMap(({ flags }) => flags))];
}

/** Throws `usage` when `rest` has fewer or more words than `count`; `what` says what they are. */
export function requireWords(
  line: string,
  rest: readonly string[],
  { min, max, what }: { min: number; max: number; what: string },
): void {
  if (rest.length < min) {
    throw new DmlError("usage", `\`dml ${line}\` needs ${what}.`, { advice: `See \`dml ${line} --help\`.` });
  }
  if (rest.length > max) {
    throw new DmlError("usage", `\`dml ${line}\` takes no ${JSON.stringify(rest[max])}.`, {
      advice: `See \`dml ${line} --help\`.`,
    });
  }
}

function subVerbNamed<Name extends string>(verb: string, table: SubVerbs<Name>, word: string): Name {
  if (isSubVerbOf(table, word)) return word;
  const match = nearest(word, Object.keys(table));
  const advice = match ? `Did you mean \`dml ${verb} ${match}\`?` : `See \`dml ${verb} --help\`.`;
  throw new DmlError("usage", `\`dml ${verb}\` has no ${JSON.stringify(word)}.`, { advice });
}

function refuseFlagsOfOthers<Name extends string>(
  verb: string,
  table: SubVerbs<Name>,
  { name, given }: { name: Name; given: Iterable<FlagName> },
): void {
  for (const flag of given) {
    if (table[name].flags.includes(flag)) continue;
    const takers = Object.keys(table).filter((other) => isSubVerbOf(table, other) && table[other].flags.includes(flag));
    // A flag of no sub-verb is one of every verb, or was refused already.
    if (takers.length === 0) continue;
    const named = takers.map((taker) => `\`dml ${verb} ${taker}\``).join(", ");
    throw new DmlError("usage", `\`dml ${verb} ${name}\` takes no ${spelling(flag)}; it belongs to ${named}.`, {
      advice: `See \`dml ${verb} ${name} --help\`.`,
    });
  }
}
