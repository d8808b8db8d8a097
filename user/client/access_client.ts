import type { AuditPage } from "../../protocol/http_api/audit_api.ts";
import type { CreatedToken, OwnToken, TokenListing, TokenRequest } from "../../protocol/http_api/token_api.ts";
import type { DefaultRole } from "../../protocol/security/roles.ts";

/** Client for the tokens and the audit of a master. Adapter: HTTP. Every method throws `DmlError`. */
export interface AccessClient {
  /** Returns whose token this client has. */
  ownToken(): Promise<OwnToken>;
  tokens(): Promise<TokenListing[]>;
  create(request: TokenRequest): Promise<CreatedToken>;
  /** Revokes a token by its name or id. */
  revoke(token: string): Promise<TokenListing>;
  /** Returns the default token of `role`; `null` if the master needs none. */
  show(role: DefaultRole): Promise<string | null>;
  /** Replaces the default token of `role`, and returns the new one. */
  rotate(role: DefaultRole): Promise<string | null>;
  /** Returns a page of the audit from `sinceMs` on, after the entry with the number `after`. */
  audit(query: { sinceMs: number; after: number }): Promise<AuditPage>;
}
