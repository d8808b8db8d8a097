import { DmlError } from "../../protocol/kernel/errors.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import { type FlagName, spelling } from "./flags.ts";

/** One sub-verb, such as `add` in `dml models add`, for the help and the parser. */
export interface SubVerb {
  /** Words that follow the sub-verb, besides flags. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  /** Further text, a paragraph an entry. */
  readonly details: readonly string[];
  /** Flags of the sub-verb, besides those of every verb. */
  readonly flags: readonly FlagName[];
  /** Command lines, each with its purpose. */
  readonly examples: readonly (readonly [commandLine: string, purpose: string])[];
}

/** Sub-verbs of one verb, in the order of the help. */
export type SubVerbs<Name extends string = string> = Readonly<Record<Name, SubVerb>>;

/** Parts of a command line that determine the sub-verb. */
export interface SubVerbLine<Name extends string> {
  /** Words after the verb; the first one is the sub-verb. */
  readonly rest: readonly string[];
  readonly given: Iterable<FlagName>;
  /** Sub-verb of a verb without words; `null` if the verb needs one. */
  readonly fallback: NoInfer<Name> | null;
}

/**
 * Returns the sub-verb of `verb` on a command line, and the words after it. Throws `usage` if there
 * is none; if it is unknown, suggesting the most similar one; and for a flag of other sub-verbs,
 * naming those.
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

/** Returns true if `word` is a sub-verb in `table`. */
export function isSubVerbOf<Name extends string>(table: SubVerbs<Name>, word: string): word is Name {
  return Object.hasOwn(table, word);
}

/** Returns every flag that at least one sub-verb takes, without duplicates. */
export function flagsOfSubVerbs(table: SubVerbs): FlagName[] {
  return [...new Set(Object.values(table).flatMap(({ flags }) => flags))];
}

/**
 * Throws `usage` if `rest` has fewer than `min` or more than `max` words; `what` describes them.
 */
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
    // A flag that no sub-verb takes belongs to every verb, or was refused already.
    if (takers.length === 0) continue;
    const named = takers.map((taker) => `\`dml ${verb} ${taker}\``).join(", ");
    throw new DmlError("usage", `\`dml ${verb} ${name}\` takes no ${spelling(flag)}; it belongs to ${named}.`, {
      advice: `See \`dml ${verb} ${name} --help\`.`,
    });
  }
}
