import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import { isHostname, parseAddress } from "../../protocol/http_api/address.ts";
import type { FlagValue } from "./arguments.ts";
import { type FlagName, flagOf } from "./flags.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the flags of one command line say, the environment asked where a flag is silent (an empty variable says
 * nothing). A value that is not of its kind is `usage`, naming the flag or the variable it came from.
 */
export class FlagValues {
  /** What stands on the command line itself. */
  readonly given: ReadonlyMap<FlagName, FlagValue>;
  readonly #environment: Environment;

  constructor(given: ReadonlyMap<FlagName, FlagValue>, environment: Environment) {
    this.given = given;
    this.#environment = environment;
  }

  #lookUp(name: FlagName): { text: string; what: string } | null {
    const given = this.given.get(name);
    if (typeof given === "string") return { text: given, what: `--${name}` };
    const variable = flagOf(name).environment;
    const text = variable ? this.#environment[variable] : undefined;
    return variable && text ? { text, what: variable } : null;
  }

  /** The text of `name`, or null when nobody said. */
  text(name: FlagName): string | null {
    return this.#lookUp(name)?.text ?? null;
  }

  /** Every text of a flag that repeats. */
  texts(name: FlagName): readonly string[] {
    const given = this.given.get(name);
    return Array.isArray(given) ? given : [];
  }

  /** A number from `min` to `max`. */
  number(name: FlagName, { min, max }: { min: number; max: number }): number | null {
    const found = this.#lookUp(name);
    if (!found) return null;
    const number = Number(found.text);
    if (/^-?\d{1,9}(\.\d{1,9})?$/.test(found.text) && number >= min && number <= max) return number;
    throw refusal(found, `a number from ${min} to ${max}`);
  }

  address(name: FlagName): Address | null {
    const found = this.#lookUp(name);
    return found && parseAddress(found.text, { what: found.what });
  }

  /** A name or an address without a port, IPv6 in brackets or not; without them here. */
  hostname(name: FlagName): string | null {
    const found = this.#lookUp(name);
    if (!found) return null;
    const hostname = found.text.replace(/^\[(.*:.*)\]$/, "$1");
    if (isHostname(hostname)) return hostname;
    throw refusal(found, "a host name or address");
  }

  port(name: FlagName): number | null {
    const found = this.#lookUp(name);
    if (!found) return null;
    const port = Number(found.text);
    if (/^\d{1,5}$/.test(found.text) && port <= 65_535) return port;
    throw refusal(found, "a port from 0 to 65535");
  }

  /** A whole number from 1 to `max`. */
  count(name: FlagName, max: number): number | null {
    const found = this.#lookUp(name);
    if (!found) return null;
    const count = Number(found.text);
    if (/^\d{1,9}$/.test(found.text) && count >= 1 && count <= max) return count;
    throw refusal(found, `a whole number from 1 to ${max}`);
  }

  /** Bytes, written as 1000, 64KiB, 500MiB or 2GiB. */
  bytes(name: FlagName): number | null {
    const found = this.#lookUp(name);
    if (!found) return null;
    const match = /^(\d{1,12})(KiB|MiB|GiB)?$/i.exec(found.text);
    const power = ["", "kib", "mib", "gib"].indexOf(match?.[2]?.toLowerCase() ?? "");
    const bytes = Number(match?.[1]) * 1024 ** power;
    if (match !== null && Number.isSafeInteger(bytes)) return bytes;
    throw refusal(found, "a size like 500MiB or 2GiB");
  }

  /** Text that matches `pattern`, which `form` describes. */
  matching(name: FlagName, options: { pattern: RegExp; form: string }): string | null {
    const found = this.#lookUp(name);
    if (!found || options.pattern.test(found.text)) return found?.text ?? null;
    throw refusal(found, options.form);
  }

  /** One of `choices`. */
  choice<Choice extends string>(name: FlagName, choices: readonly Choice[]): Choice | null {
    const found = this.#lookUp(name);
    if (!found) return null;
    const choice = choices.find((candidate) => candidate === found.text);
    if (choice !== undefined) return choice;
    throw refusal(found, `one of ${choices.join(", ")}`);
  }

  /** Whether a switch was turned on or off, in the environment by 1 or 0, or null when nobody said. */
  toggle(name: FlagName): boolean | null {
    const given = this.given.get(name);
    if (typeof given === "boolean") return given;
    const found = this.#lookUp(name);
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
