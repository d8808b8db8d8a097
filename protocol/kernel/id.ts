import type { Random } from "./random.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"; // Crockford's base 32, lower case

/**
 * Returns a new id: `prefix_` and 20 characters of Crockford's base 32, which are 100 bits from
 * `random`. An id is not a secret.
 */
export function newId(prefix: string, random: Random): string {
  let id = `${prefix}_`;
  for (let index = 0; index < 20; index++) {
    id += ALPHABET[Math.floor(random() * 32)];
  }
  return id;
}

/** The form of an id made by {@linkcode newId}. */
export const ID_PATTERN = /^[a-z]{1,8}_[0-9a-hjkmnp-tv-z]{20}$/;
