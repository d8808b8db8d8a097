import { DmlError } from "../../../protocol/kernel/errors.ts";
import { nearest } from "../../../protocol/kernel/suggest.ts";
import { isSecret, SETTING_NAMES, type Settings } from "../../settings/settings.ts";
import { refuseRest } from "../arguments.ts";
import type { Environment } from "../flag_values.ts";
import { FlagValues } from "../flag_values.ts";
import { type FlagName, flagOf } from "../flags.ts";
import { takeSubVerb } from "../sub_verbs.ts";
import { flagsOf, isVerbName, VERB_NAMES, type VerbName } from "../verbs.ts";
import { CONFIG_VERBS } from "./config_verbs.ts";

/** One setting as it holds, for `dml config show`. */
export interface SettingRow {
  /** The key as in the file, with the table of its verb if it stands in one. */
  readonly key: string;
  /** `null` if the default holds, or the value is secret. */
  readonly value: string | null;
  /** The flag, the variable, or the place in the file; `null` if the default holds. */
  readonly source: string | null;
  /** The default in words. */
  readonly fallback: string;
}

export interface ConfigCommand {
  readonly verb: "config";
  readonly subVerb: "show";
  /** Path of the file that was read; `null` if there is none. */
  readonly path: string | null;
  readonly rows: readonly SettingRow[];
  readonly json: boolean;
}

/** The sources of the values. */
interface Sources {
  readonly values: FlagValues;
  readonly environment: Environment;
  readonly settings: Settings;
}

/** Parses the words behind `dml config`. Throws `usage`. */
export function configCommand(words: readonly string[], { values, environment, settings }: Sources): ConfigCommand {
  const line = { rest: words, given: values.given.keys(), fallback: "show" as const };
  const { name: subVerb, rest } = takeSubVerb("config", CONFIG_VERBS, line);
  refuseRest("config", rest.slice(1));
  const verb = rest.length === 0 ? null : verbWithSettings(rest[0]);
  const rows = verb === null
    ? allRows({ environment, settings })
    : rowsOf(verb, SETTING_NAMES.filter((name) => flagsOf(verb).includes(name)), { environment, settings });
  return { verb: "config", subVerb, path: settings.path, rows, json: values.isOn("json") };
}

type Places = Pick<Sources, "environment" | "settings">;

/** Returns the settings for every verb, and below them those in the tables of the file. */
function allRows({ environment, settings }: Places): SettingRow[] {
  const common = rowsOf(null, SETTING_NAMES, { environment, settings: { ...settings, byVerb: new Map() } });
  const tables = [...settings.byVerb].flatMap(([verb, table]) =>
    rowsOf(verb, [...table.keys()], { environment, settings }).map((row) => ({ ...row, key: `${verb}.${row.key}` }))
  );
  return [...common, ...tables];
}

function rowsOf(verb: VerbName | null, names: readonly FlagName[], { environment, settings }: Places): SettingRow[] {
  const values = new FlagValues(new Map(), environment, { settings, verb });
  return names.map((name) => {
    const found = values.found(name);
    const value = found === null || isSecret(name) ? null : found.text;
    return { key: name, value, source: found?.what ?? null, fallback: flagOf(name).fallback ?? "none" };
  });
}

function verbWithSettings(word: string): VerbName {
  const verbs = VERB_NAMES.filter((verb) => flagsOf(verb).some((name) => SETTING_NAMES.includes(name)));
  if (isVerbName(word) && verbs.includes(word)) return word;
  const match = nearest(word, verbs);
  throw new DmlError("usage", `${JSON.stringify(word)} is no verb with settings.`, {
    advice: match === null ? "`dml help` lists the verbs." : `Did you mean \`dml config show ${match}\`?`,
  });
}
