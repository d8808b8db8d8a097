import { type FlagName, flagOf, FLAGS, isFlagName } from "../cli/flags.ts";
import type { VerbName } from "../cli/verbs.ts";

/** One value of the settings, as text, and where it stands. */
export interface Setting {
  readonly text: string;
  /** The place in messages, such as `join.workers in /home/ada/dml.toml`. */
  readonly what: string;
}

/** The settings of one file: those for every verb, and those in the table of one verb. */
export interface Settings {
  /** `null` if no file was read. */
  readonly path: string | null;
  readonly common: ReadonlyMap<FlagName, Setting>;
  readonly byVerb: ReadonlyMap<VerbName, ReadonlyMap<FlagName, Setting>>;
}

export const NO_SETTINGS: Settings = { path: null, common: new Map(), byVerb: new Map() };

/**
 * Flags with a variable that no file may set. What a node may run must not stand in a file that the
 * node itself may write.
 */
const NOT_IN_FILES: readonly FlagName[] = ["config", "allow-exec"];

/** Keys that a file may have, in the order of the flags: those of the flags that have a variable. */
export const SETTING_NAMES: readonly FlagName[] = Object.keys(FLAGS).filter(isFlagName)
  .filter((name) => flagOf(name).environment !== undefined && !NOT_IN_FILES.includes(name));

/** Keys of secrets, each with the key that names a file instead; `null` if there is none. */
export const SECRETS: { readonly [Name in FlagName]?: FlagName | null } = { token: "token-file", "to-token": null };

/** Returns true if the value of `name` is a secret, which is never shown. */
export function isSecret(name: FlagName): boolean {
  return Object.hasOwn(SECRETS, name);
}

/** Returns the setting of `name` for `verb`: that of its table, else that for every verb. */
export function settingOf({ common, byVerb }: Settings, verb: VerbName | null, name: FlagName): Setting | null {
  const own = verb === null ? undefined : byVerb.get(verb)?.get(name);
  return own ?? common.get(name) ?? null;
}
