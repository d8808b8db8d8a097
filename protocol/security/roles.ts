/**
 * Roles of callers: users send pictures, nodes process them, `people` also looks after one gallery,
 * `metrics` reads counts, and admins do everything but the work of nodes.
 */
export const ROLES = ["user", "people", "node", "admin", "metrics"] as const;
export type Role = (typeof ROLES)[number];

/** Roles for which a master makes a token at its first start. */
export const DEFAULT_ROLES = ["user", "node", "admin"] as const satisfies readonly Role[];
export type DefaultRole = (typeof DEFAULT_ROLES)[number];

/** Beginning of a token of each role, which shows people what it is for. */
export const TOKEN_PREFIXES: Readonly<Record<Role, string>> = {
  user: "dmlu",
  people: "dmlp",
  node: "dmln",
  admin: "dmla",
  metrics: "dmlm",
};

/** Crockford's base 32, lower case. */
export const BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz";
/** Characters of the secret part of a token, of 5 bits each. */
export const SECRET_CHARACTERS = 32;
