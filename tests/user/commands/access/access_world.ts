import type { AuditPage } from "../../../../protocol/http_api/audit_api.ts";
import type { OwnToken, TokenListing, TokenRequest } from "../../../../protocol/http_api/token_api.ts";
import type { DefaultRole } from "../../../../protocol/security/roles.ts";
import type { AccessClient } from "../../../../user/client/access_client.ts";

export const LISTING: TokenListing = {
  tokenId: "token_00000000000000000000",
  name: "frigate",
  role: "people",
  gallery: "home",
  plain: false,
  state: "valid",
  createdAtMs: 1_000,
  expiresAtMs: null,
  lastUsedAtMs: null,
  revokedAtMs: null,
  uses: 0,
  usesMax: null,
};

/** A client of a master that answers what the test says. */
export class FakeAccessClient implements AccessClient {
  readonly requests: unknown[] = [];
  listing: TokenListing = LISTING;
  secret: string | null = "dmlp_0";
  own: OwnToken = { name: "admin", role: "admin", gallery: null, expiresAtMs: null };
  pages: AuditPage[] = [{ entries: [], next: null, dropped: 0 }];

  ownToken(): Promise<OwnToken> {
    return Promise.resolve(this.own);
  }
  tokens(): Promise<TokenListing[]> {
    return Promise.resolve([this.listing]);
  }
  create(request: TokenRequest) {
    this.requests.push(request);
    return Promise.resolve({ token: this.secret ?? "", listing: this.listing });
  }
  revoke(token: string): Promise<TokenListing> {
    this.requests.push(token);
    return Promise.resolve({ ...this.listing, state: "revoked" });
  }
  show(role: DefaultRole): Promise<string | null> {
    this.requests.push(role);
    return Promise.resolve(this.secret);
  }
  rotate(role: DefaultRole): Promise<string | null> {
    return this.show(role);
  }
  audit(query: { sinceMs: number; after: number }): Promise<AuditPage> {
    this.requests.push(query);
    return Promise.resolve(this.pages[Math.min(this.requests.length, this.pages.length) - 1]);
  }
}
