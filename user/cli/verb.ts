import type { FlagText } from "./flag.ts";
import type { FlagName } from "./flags.ts";
import type { SubVerbs } from "./sub_verbs.ts";

/** One verb, for the help and the parser. */
export interface Verb {
  /** Words that follow the verb, besides flags. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  /** Further text, a paragraph an entry. */
  readonly details: readonly string[];
  /** Flags of the verb, besides those of every verb. */
  readonly flags: readonly FlagName[];
  /** Other descriptions of flags that mean something else to this verb than to others. */
  readonly flagTexts?: { readonly [Name in FlagName]?: FlagText };
  /** Words that may follow the verb, if they are one of a few. */
  readonly words?: readonly string[];
  /** True if files may follow the verb. */
  readonly takesFiles?: true;
  /** Sub-verbs, each with flags of its own. */
  readonly subVerbs?: SubVerbs;
  /** Command lines, each with its purpose. */
  readonly examples: readonly (readonly [commandLine: string, purpose: string])[];
}
