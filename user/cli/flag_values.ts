import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import { type Host, isHostname, parseAddress, parseHost } from "../../protocol/http_api/address.ts";
import { NO_STANDING_VALUES, type StandingValues } from "../access/standing_values.ts";
import { NO_SETTINGS, settingOf, type Settings } from "../settings/settings.ts";
import type { FlagValue } from "./arguments.ts";
import { type FlagName, flagOf } from "./flags.ts";
import type { VerbName } from "./verbs.ts";

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Sources of values besides the line and the environment. */
export interface ValueSources {
  readonly settings?: Settings;
  /** The verb whose table in the settings counts; `null` if none does. */
  readonly verb?: VerbName | null;
  readonly standing?: StandingValues;
}

/**
 * Typed values of the flags of one command line. If a flag is not given, its environment variable
 * is used, then the setting in the file, and then a standing value; an empty variable counts as
 * unset. The methods return `null` if none is given, and throw `usage`, naming the flag, variable or
 * setting, if the value has the wrong form.
 */
export class FlagValues {
  /** Flags given on the command line itself. */
  readonly given: ReadonlyMap<FlagName, FlagValue>;
  /** Values that hold if neither the line, the environment nor the settings give one. */
  readonly standing: StandingValues;
  readonly #environment: Environment;
  readonly #settings: Settings;
  readonly #verb: VerbName | null;

  constructor(
    given: ReadonlyMap<FlagName, FlagValue>,
    environment: Environment,
    { settings = NO_SETTINGS, verb = null, standing = NO_STANDING_VALUES }: ValueSources = {},
  ) {
    this.given = given;
    this.#environment = environment;
    this.#settings = settings;
    this.#verb = verb;
    this.standing = standing;
  }

  /** Returns the text of `name`, and the place where it was found. */
  found(name: FlagName): { text: string; what: string } | null {
    const given = this.given.get(name);
    if (typeof given === "string") return { text: given, what: `--${name}` };
    const variable = flagOf(name).environment;
    const text = variable ? this.#environment[variable] : undefined;
    if (variable && text) return { text, what: variable };
    const setting = settingOf(this.#settings, this.#verb, name);
    if (setting !== null) return setting;
    const standing = this.standing.texts.get(name);
    return standing === undefined ? null : { text: standing, what: this.standing.what };
  }

  /** Returns the text of `name`. */
  text(name: FlagName): string | null {
    return this.found(name)?.text ?? null;
  }

  /** Returns every value of a flag that repeats. */
  texts(name: FlagName): readonly string[] {
    const given = this.given.get(name);
    return Array.isArray(given) ? given : [];
  }

  /** Returns a number from `min` to `max`. */
  number(name: FlagName, { min, max }: { min: number; max: number }): number | null {
    const found = this.found(name);
    if (!found) return null;
    const number = Number(found.text);
    if (/^-?\d{1,9}(\.\d{1,9})?$/.test(found.text) && number >= min && number <= max) return number;
    throw refusal(found, `a number from ${min} to ${max}`);
  }

  address(name: FlagName): Address | null {
    const found = this.found(name);
    return found && parseAddress(found.text, { what: found.what });
  }

  /** Returns a host, and its port if one is named. */
  host(name: FlagName): Host | null {
    const found = this.found(name);
    return found && parseHost(found.text, { what: found.what });
  }

  /** Returns a host name or address without a port. IPv6 may be in brackets, which are removed. */
  hostname(name: FlagName): string | null {
    const found = this.found(name);
    if (!found) return null;
    const hostname = found.text.replace(/^\[(.*:.*)\]$/, "$1");
    if (isHostname(hostname)) return hostname;
    throw refusal(found, "a host name or address");
  }

  port(name: FlagName): number | null {
    const found = this.found(name);
    if (!found) return null;
    const port = Number(found.text);
    if (/^\d{1,5}$/.test(found.text) && port <= 65_535) return port;
    throw refusal(found, "a port from 0 to 65535");
  }

  /** Returns a whole number from `min`, 1 by default, to `max`. */
  count(name: FlagName, max: number, { min = 1 }: { min?: number } = {}): number | null {
    const found = this.found(name);
    if (!found) return null;
    const count = Number(found.text);
    if (/^\d{1,9}$/.test(found.text) && count >= min && count <= max) return count;
    throw refusal(found, `a whole number from ${min} to ${max}`);
  }

  /** Returns a number of bytes, written as 1000, 64KiB, 500MiB or 2GiB. */
  bytes(name: FlagName): number | null {
    const found = this.found(name);
    if (!found) return null;
    const match = /^(\d{1,12})(KiB|MiB|GiB)?$/i.exec(found.text);
    const power = ["", "kib", "mib", "gib"].indexOf(match?.[2]?.toLowerCase() ?? "");
    const bytes = Number(match?.[1]) * 1024 ** power;
    if (match !== null && Number.isSafeInteger(bytes)) return bytes;
    throw refusal(found, "a size like 500MiB or 2GiB");
  }

  /** Returns a time written as 90s, 30m, 24h or 7d, of 1 s to `max`, in milliseconds. */
  durationMs(name: FlagName, { max }: { max: number }): number | null {
    const found = this.found(name);
    if (!found) return null;
    const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(found.text) ?? [];
    const durationMs = count === undefined ? 0 : Number(count) * UNITS_MS[unit];
    if (durationMs >= 1_000 && durationMs <= max) return durationMs;
    throw refusal(found, `a time like 30m, 24h or 7d, at most ${max / UNITS_MS.d}d`);
  }

  /** Returns the text, which must match `pattern`; `form` describes it in the error message. */
  matching(name: FlagName, options: { pattern: RegExp; form: string }): string | null {
    const found = this.found(name);
    if (!found || options.pattern.test(found.text)) return found?.text ?? null;
    throw refusal(found, options.form);
  }

  /** Returns one of `choices`. */
  choice<Choice extends string>(name: FlagName, choices: readonly Choice[]): Choice | null {
    const found = this.found(name);
    if (!found) return null;
    const choice = choices.find((candidate) => candidate === found.text);
    if (choice !== undefined) return choice;
    throw refusal(found, `one of ${choices.join(", ")}`);
  }

  /** Returns the state of a switch; if neither is given, what it is without. */
  isOn(name: FlagName): boolean {
    return this.toggle(name) ?? flagOf(name).on ?? false;
  }

  /** Returns the state of a switch, which its environment variable sets with 1 or 0. */
  toggle(name: FlagName): boolean | null {
    const given = this.given.get(name);
    if (typeof given === "boolean") return given;
    const found = this.found(name);
    if (!found) return null;
    if (found.text === "1" || found.text === "0") return found.text === "1";
    throw refusal(found, "1 or 0");
  }
}

function refusal(found: { text: string; what: string }, form: string): DmlError {
  return new DmlError(
    "usage",
    `${found.what} must be ${form}, not ${JSON.stringify(found.text)}.`,
  );
}
