import { PIN_CHARACTERS } from "./pin.ts";
import { BASE_32, ROLES, SECRET_CHARACTERS, TOKEN_PREFIXES } from "./roles.ts";

const PASTE_AGAIN = "Copy the whole token again, or make another one with `dml token create`.";
const FOREIGN_CHARACTER = new RegExp(`[^${BASE_32}]`);

/** Reason why a secret is not accepted, and the way out. */
export interface SecretRefusal {
  /** One sentence, which never contains the secret. */
  readonly reason: string;
  readonly advice: string;
}

/** Returns why a token that nobody has is not accepted: its form tells if it was cut or changed. */
export function unknownToken(token: string): SecretRefusal {
  const fault = formFault(token);
  if (fault !== null) return { reason: fault, advice: PASTE_AGAIN };
  return {
    reason: "The token is not one of this cluster.",
    advice: "`dml token list` on the master's host lists its tokens, and `dml token create` makes one.",
  };
}

/**
 * Returns a sentence about what is wrong with the form of a token, without any part of its secret;
 * `null` if it is well formed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const cut = "The token is cut short: 3 characters follow dmlu_, and a whole one has 32.";
 * assertEquals(formFault("dmlu_abc"), cut);
 * ```
 */
export function formFault(token: string): string | null {
  const [prefix, secret = "", pin, ...rest] = token.split("_");
  if (!ROLES.some((role) => TOKEN_PREFIXES[role] === prefix)) {
    const prefixes = ROLES.map((role) => `${TOKEN_PREFIXES[role]}_`);
    return `This is no token of dml: one begins with ${prefixes.slice(0, -1).join(", ")} or ${prefixes.at(-1)}.`;
  }
  if (secret.length < SECRET_CHARACTERS) {
    const counted = `${secret.length} character${secret.length === 1 ? " follows" : "s follow"}`;
    return `The token is cut short: ${counted} ${prefix}_, and a whole one has ${SECRET_CHARACTERS}.`;
  }
  if (pin !== undefined && pin.length < PIN_CHARACTERS) {
    return `The token is cut short: its last part has ${pin.length} of ${PIN_CHARACTERS} characters.`;
  }
  const isWhole = secret.length === SECRET_CHARACTERS && (pin ?? "").length % PIN_CHARACTERS === 0 && rest.length === 0;
  if (!isWhole) return "The token was changed: it is longer than one of dml.";
  if (FOREIGN_CHARACTER.test(secret + (pin ?? ""))) {
    return "The token was changed: it has a character that no token of dml has.";
  }
  return null;
}
