// @ts-types="../toml_parse.d.ts"
import { parse } from "@std/toml/parse";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { nearest } from "../../protocol/kernel/suggest.ts";
import { type FlagName, flagOf } from "../cli/flags.ts";
import { flagsOf, isVerbName, VERB_NAMES, type VerbName } from "../cli/verbs.ts";
import { isSecret, SECRETS, type Setting, SETTING_NAMES, type Settings } from "./settings.ts";

/**
 * Returns the settings in `text`, the TOML of the file at `path`. The whole file is checked, also
 * the tables of other verbs than the one that runs. Throws `usage`, naming the file and the key, if
 * it is not TOML, or has an unknown key, a secret, or a value of the wrong kind.
 */
export function settingsIn(text: string, { path }: { path: string }): Settings {
  const common = new Map<FlagName, Setting>();
  const byVerb = new Map<VerbName, ReadonlyMap<FlagName, Setting>>();
  for (const [key, value] of Object.entries(tables(text, path))) {
    if (isTable(value)) {
      const verb = verbOf(key, path);
      const entries = Object.entries(value).map(([name, entry]) => {
        const place = { key: `${key}.${name}`, path };
        const flag = flagNamed(name, takenBy(verb), place);
        return [flag, { text: textOf(flag, entry, place), what: whatOf(place) }] as const;
      });
      byVerb.set(verb, new Map(entries));
    } else {
      const place = { key, path };
      const flag = flagNamed(key, SETTING_NAMES, place);
      common.set(flag, { text: textOf(flag, value, place), what: whatOf(place) });
    }
  }
  return { path, common, byVerb };
}

/** A key, as it is written in a file. */
interface Place {
  readonly key: string;
  readonly path: string;
}

function tables(text: string, path: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new DmlError("usage", `${path} is not TOML: ${error.message.replace(/\.?$/, ".")}`, { cause: error });
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function takenBy(verb: VerbName): readonly FlagName[] {
  return SETTING_NAMES.filter((name) => flagsOf(verb).includes(name));
}

function verbOf(key: string, path: string): VerbName {
  if (isVerbName(key) && takenBy(key).length > 0) return key;
  const match = nearest(key, VERB_NAMES.filter((verb) => takenBy(verb).length > 0));
  throw new DmlError("usage", `${path} has a table [${key}], which is no verb with settings.`, {
    advice: match === null ? "`dml help` lists the verbs." : `Did you mean [${match}]?`,
  });
}

function flagNamed(key: string, names: readonly FlagName[], { path, key: whole }: Place): FlagName {
  const name = key.replaceAll("_", "-");
  const flag = names.find((candidate) => candidate === name);
  if (flag !== undefined && isSecret(flag)) {
    const instead = SECRETS[flag];
    throw new DmlError("usage", `${path} has ${whole}, a secret, which does not belong into it.`, {
      advice: `Put it into ${instead ? `a file, and name that with ${instead}` : flagOf(flag).environment}.`,
    });
  }
  if (flag !== undefined) return flag;
  const match = nearest(name, names);
  throw new DmlError("usage", `${path} has ${whole}, which is no setting.`, {
    advice: match === null ? "`dml config show` lists the settings." : `Did you mean ${match}?`,
  });
}

function textOf(flag: FlagName, value: unknown, place: Place): string {
  const { argument, repeats } = flagOf(flag);
  if (argument === undefined) {
    if (typeof value === "boolean") return value ? "1" : "0";
    throw wrongKind(place, "true or false");
  }
  if (typeof value === "string" && value !== "") return value;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (!repeats) throw wrongKind(place, "a text or a number");
  const isList = Array.isArray(value) && value.length > 0 &&
    value.every((entry) => typeof entry === "string" && entry !== "" && !entry.includes(","));
  if (isList) return value.join(",");
  throw wrongKind(place, "a text, or a list of texts without commas");
}

function whatOf({ key, path }: Place): string {
  return `${key} in ${path}`;
}

function wrongKind(place: Place, form: string): DmlError {
  return new DmlError("usage", `${whatOf(place)} must be ${form}.`);
}
