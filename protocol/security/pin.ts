import { BASE_32 } from "./roles.ts";

/** Characters of a pin, of 5 bits each. */
export const PIN_CHARACTERS = 26;
const PINNED_TOKEN = new RegExp(`^(dml[a-z]_[${BASE_32}]+)_([${BASE_32}]{${PIN_CHARACTERS}})$`);

/**
 * Returns the pin of a certificate authority: the first 130 bits of the SHA-256 of its certificate
 * (DER), in base 32. A token ends in it, so that its holder recognises the master at the first
 * connection.
 */
export async function pinOf(certificate: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", certificate));
  const bits = Array.from(hash, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from({ length: PIN_CHARACTERS }, (_, at) => BASE_32[parseInt(bits.slice(at * 5, at * 5 + 5), 2)])
    .join("");
}

/** Returns `token` with `pin` at its end, as it is handed out. */
export function withPin(token: string, pin: string): string {
  return `${token}_${pin}`;
}

/** Returns the secret part of a token as it was handed out, and its pin, `null` if it has none. */
export function splitPin(token: string): { secret: string; pin: string | null } {
  const match = PINNED_TOKEN.exec(token);
  return match === null ? { secret: token, pin: null } : { secret: match[1], pin: match[2] };
}
