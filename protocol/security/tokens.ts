import { timingSafeEqual } from "node:crypto";
import { type Infer, z } from "../schema.ts";
import { BASE_32, type Role, SECRET_CHARACTERS, TOKEN_PREFIXES } from "./roles.ts";

export { BASE_32, type Role } from "./roles.ts";

function tokenSchema(prefix: string) {
  return z.string().max(64).regex(
    new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{${SECRET_CHARACTERS}}$`),
    `must be ${prefix}_ and ${SECRET_CHARACTERS} characters`,
  );
}

/** The tokens of one cluster, as stored in the data directory of its master. */
export const clusterTokensSchema = z.strictObject({
  user: tokenSchema("dmlu"),
  node: tokenSchema("dmln"),
  admin: tokenSchema("dmla"),
});

/** One secret per role. Its prefix shows people which role it is for. */
export type ClusterTokens = Readonly<Infer<typeof clusterTokensSchema>>;

/** Returns new tokens of 160 bits each, from a cryptographic source of random numbers. */
export function newTokens(): ClusterTokens {
  return { user: newToken("user"), node: newToken("node"), admin: newToken("admin") };
}

/**
 * Returns the role that `token` proves, or `null` if it proves none. Takes equally long for wrong
 * tokens and right ones.
 */
export function roleOfToken(tokens: ClusterTokens, token: string | null): Role | null {
  if (token === null) return null;
  const isUser = sameSecret(tokens.user, token);
  const isNode = sameSecret(tokens.node, token);
  const isAdmin = sameSecret(tokens.admin, token);
  if (isAdmin) return "admin";
  if (isNode) return "node";
  return isUser ? "user" : null;
}

/**
 * Returns true if `role` may use what is open to the roles in `allowed`. An admin may do what a
 * user may.
 */
export function roleMay(role: Role, allowed: readonly Role[]): boolean {
  return allowed.includes(role) || (role === "admin" && allowed.includes("user"));
}

/** Returns true if the two are equal. The time it takes reveals only whether their lengths are. */
export function sameSecret(expected: string, actual: string): boolean {
  const encoder = new TextEncoder();
  const left = encoder.encode(expected);
  const right = encoder.encode(actual);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Returns a new token of 160 bits for `role`, from a cryptographic source of random numbers. */
export function newToken(role: Role): string {
  return newSecret(TOKEN_PREFIXES[role]);
}

/** Returns `prefix_` and 160 random bits in base 32. */
export function newSecret(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_CHARACTERS));
  return `${prefix}_${Array.from(bytes, (byte) => BASE_32[byte & 31]).join("")}`;
}
