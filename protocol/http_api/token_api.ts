import { LIMITS } from "../kernel/limits.ts";
import { galleryNameSchema, type Infer, z } from "../schema.ts";

/** The form of a token's name. */
export const TOKEN_NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}$/i;
/** Longest validity of a token. */
export const TOKEN_TTL_MS_MAX = 3_650 * 86_400_000;
/** Largest number of nodes that one token lets in. */
export const TOKEN_USES_MAX = LIMITS.nodesMax;

const roleSchema = z.enum(["user", "people", "node", "admin", "metrics"]);
const timeMsSchema = z.number().int().min(0).max(8.64e15);

/** A token to create. */
export const tokenRequestSchema = z.strictObject({
  role: roleSchema,
  /** Absent for a name made of the role and the id. */
  name: z.string().regex(TOKEN_NAME_PATTERN, "must be 1 to 63 letters, digits, dots, hyphens and underscores")
    .optional(),
  /** Time from now until it expires; absent for one that does not. */
  ttlMs: z.number().int().min(1_000).max(TOKEN_TTL_MS_MAX).optional(),
  /** Number of nodes that it lets in; absent for any number. For the role `node` only. */
  uses: z.number().int().min(1).max(TOKEN_USES_MAX).optional(),
  /** The one gallery of a token of the role `people`, which needs it; absent for other roles. */
  gallery: galleryNameSchema.optional(),
  /** True for a token that is valid on the port without TLS alone; for the roles `user` and `people`. */
  plain: z.boolean().optional(),
});
export type TokenRequest = Infer<typeof tokenRequestSchema>;

/** A token as it is listed, without its secret. */
export const tokenListingSchema = z.object({
  /** `null` for one of the three that the master made at its first start. */
  tokenId: z.string().max(64).nullable(),
  name: z.string().max(64),
  role: roleSchema,
  gallery: z.string().max(64).nullable(),
  /** True if it is valid on the port without TLS alone, false if on all others. */
  plain: z.boolean(),
  state: z.enum(["valid", "expired", "revoked", "used up"]),
  /** Times in milliseconds since the Unix epoch; `null` if unknown, never, or not yet. */
  createdAtMs: timeMsSchema.nullable(),
  expiresAtMs: timeMsSchema.nullable(),
  lastUsedAtMs: timeMsSchema.nullable(),
  revokedAtMs: timeMsSchema.nullable(),
  uses: z.number().int().min(0),
  /** `null` for any number. */
  usesMax: z.number().int().min(1).nullable(),
});
export type TokenListing = Infer<typeof tokenListingSchema>;

export const tokensSchema = z.object({ tokens: z.array(tokenListingSchema).max(LIMITS.tokensMax + 3) });

/** A new token, with the secret that is told this once. */
export const createdTokenSchema = z.object({ token: z.string().max(128), listing: tokenListingSchema });
export type CreatedToken = Infer<typeof createdTokenSchema>;

/** A default token; `null` if this master needs none. */
export const defaultTokenSchema = z.object({ token: z.string().max(128).nullable() });

/** The caller whom the token of a request proves. */
export const ownTokenSchema = z.object({
  name: z.string().max(64),
  role: roleSchema,
  gallery: z.string().max(64).nullable(),
  /** `null` if it does not expire. */
  expiresAtMs: timeMsSchema.nullable(),
});
export type OwnToken = Infer<typeof ownTokenSchema>;
