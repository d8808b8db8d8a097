import { type Context, Hono } from "hono";
import { callerOfRequest } from "../../protocol/http/auth.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { type OwnToken, type TokenRequest, tokenRequestSchema } from "../../protocol/http_api/token_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { parseAs } from "../../protocol/schema.ts";
import type { Credentials } from "../../protocol/security/credentials.ts";
import { DEFAULT_ROLES, type DefaultRole } from "../../protocol/security/roles.ts";
import type { TokenStore } from "../access/token_store.ts";
import { THIS_MACHINE } from "../host/audit.ts";
import { describeRequest } from "./audited_routes.ts";
import { jsonBody } from "./json_body.ts";

const CREATED = 201;
const REQUEST_CHARACTERS_MAX = 1_024;
const DEFAULT_TOKEN = `${PATHS.tokens}/defaults/:role`;
const NEEDS_NONE = "This master listens for its own machine only, and needs no tokens.";
/** Header of answers that contain a secret. */
const NO_STORE = { "cache-control": "no-store" };

/** The services behind the routes. */
export interface TokenRoutesOptions {
  readonly tokens: TokenStore;
  /** `null` if requests need no token. */
  readonly credentials: Credentials | null;
}

/** Returns the admin's routes for tokens, and the one that tells a caller whose token it has. */
export function tokenRoutes({ tokens, credentials }: TokenRoutesOptions): Hono {
  const app = new Hono();
  app.get(PATHS.ownToken, (context) => context.json(ownToken(context.req.raw, { tokens, credentials })));
  app.get(PATHS.tokens, (context) => context.json({ tokens: tokens.list() }));
  app.post(PATHS.tokens, async (context) => {
    const body = await jsonBody(context.req.raw, { what: "A token", charactersMax: REQUEST_CHARACTERS_MAX });
    const request = parseAs(tokenRequestSchema, body, { what: "The token", code: "request_invalid" });
    const created = tokens.create(request);
    describeRequest(context.req.raw, { subject: created.listing.name, detail: descriptionOf(request) });
    return context.json(created, CREATED, NO_STORE);
  });
  app.get(DEFAULT_TOKEN, (context) => {
    const role = defaultRoleIn(context);
    const { defaults } = tokens;
    refuseAdminToken(context.req.raw, role, credentials);
    return context.json({ token: defaults === null ? null : tokens.handedOut(defaults.show(role)) }, 200, NO_STORE);
  });
  app.post(DEFAULT_TOKEN, async (context) => {
    const role = defaultRoleIn(context);
    refuseAdminToken(context.req.raw, role, credentials);
    const { defaults } = tokens;
    if (defaults === null) {
      throw new DmlError("request_invalid", NEEDS_NONE, { advice: "There is nothing to replace." });
    }
    return context.json({ token: tokens.handedOut(await defaults.rotate(role)) }, 200, NO_STORE);
  });
  app.delete(`${PATHS.tokens}/:token`, (context) => {
    const revoked = tokens.revoke(context.req.param("token"));
    describeRequest(context.req.raw, { subject: revoked.name, detail: revoked.role });
    return context.json(revoked);
  });
  return app;
}

function ownToken(request: Request, { tokens, credentials }: TokenRoutesOptions): OwnToken {
  const caller = callerOfRequest(request, credentials);
  if (caller === null) return { name: THIS_MACHINE, role: "admin", gallery: null, expiresAtMs: null };
  const { name, role, gallery = null, nodeId } = caller;
  // A session ends with its connection; a token that happens to have the name of the node is another.
  const listing = nodeId === undefined ? tokens.listingOf(name) : null;
  return { name, role, gallery, expiresAtMs: listing?.expiresAtMs ?? null };
}

function defaultRoleIn(context: Context): DefaultRole {
  const word = context.req.param("role");
  const role = DEFAULT_ROLES.find((candidate) => candidate === word);
  if (role !== undefined) return role;
  throw new DmlError("request_invalid", `Only the tokens ${DEFAULT_ROLES.join(", ")} can be shown and replaced.`, {
    advice: "`dml token create` makes another one.",
  });
}

/**
 * Throws `forbidden` if the holder of a created token asks for the admin's own, which would still
 * be valid when the created one is not.
 */
function refuseAdminToken(request: Request, role: DefaultRole, credentials: Credentials | null): void {
  const caller = callerOfRequest(request, credentials);
  if (role !== "admin" || caller === null || caller.name === "admin") return;
  throw new DmlError("forbidden", `The token ${caller.name} may not show or replace the admin's own token.`, {
    advice: "Run this on the master's host, under the account of the master or as root.",
  });
}

function descriptionOf({ role, gallery, ttlMs, uses, plain }: TokenRequest): string {
  const parts = [
    role,
    ...(plain ? ["without TLS"] : []),
    ...(gallery === undefined ? [] : [`gallery ${gallery}`]),
    ...(ttlMs === undefined ? [] : [`for ${Math.round(ttlMs / 1_000)} s`]),
    ...(uses === undefined ? [] : [`uses ${uses}`]),
  ];
  return parts.join(", ");
}
