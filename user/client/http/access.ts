import { type AuditPage, auditPageSchema } from "../../../protocol/http_api/audit_api.ts";
import { defaultTokenPath, PATHS, tokenPath } from "../../../protocol/http_api/paths.ts";
import {
  type CreatedToken,
  createdTokenSchema,
  defaultTokenSchema,
  type OwnToken,
  ownTokenSchema,
  type TokenListing,
  tokenListingSchema,
  type TokenRequest,
  tokensSchema,
} from "../../../protocol/http_api/token_api.ts";
import type { DefaultRole } from "../../../protocol/security/roles.ts";
import type { AccessClient } from "../access_client.ts";
import type { MasterHttp } from "./master_http.ts";

/** The tokens and the audit behind the HTTP interface of a master. */
export class HttpAccessClient implements AccessClient {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  ownToken(): Promise<OwnToken> {
    return this.#http.ask(ownTokenSchema, PATHS.ownToken);
  }

  async tokens(): Promise<TokenListing[]> {
    return (await this.#http.ask(tokensSchema, PATHS.tokens)).tokens;
  }

  create(request: TokenRequest): Promise<CreatedToken> {
    const body = JSON.stringify(request);
    return this.#http.ask(createdTokenSchema, PATHS.tokens, { method: "POST", body, mediaType: "application/json" });
  }

  revoke(token: string): Promise<TokenListing> {
    return this.#http.ask(tokenListingSchema, tokenPath(token), { method: "DELETE" });
  }

  async show(role: DefaultRole): Promise<string | null> {
    return (await this.#http.ask(defaultTokenSchema, defaultTokenPath(role))).token;
  }

  async rotate(role: DefaultRole): Promise<string | null> {
    return (await this.#http.ask(defaultTokenSchema, defaultTokenPath(role), { method: "POST" })).token;
  }

  audit({ sinceMs, after }: { sinceMs: number; after: number }): Promise<AuditPage> {
    return this.#http.ask(auditPageSchema, `${PATHS.audit}?since=${sinceMs}&after=${after}`);
  }
}
