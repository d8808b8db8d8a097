import type { TokenListing } from "../../protocol/http_api/token_api.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import type { Caller } from "../../protocol/security/credentials.ts";
import { DEFAULT_ROLES, type DefaultRole } from "../../protocol/security/roles.ts";
import { type ClusterTokens, newToken } from "../../protocol/security/tokens.ts";

/**
 * The three tokens that a master makes at its first start, one a role. Unlike created ones they can
 * be shown again.
 */
export class DefaultTokens {
  #tokens: ClusterTokens;
  readonly #save: (tokens: ClusterTokens) => Promise<void>;
  readonly #roles = new Map<Digest, DefaultRole>();
  /** Times of the last uses since the master started, in milliseconds since the Unix epoch. */
  readonly #lastUsedAtMs = new Map<DefaultRole, number>();

  /** `save` keeps the tokens when one of them is replaced. */
  constructor(tokens: ClusterTokens, save: (tokens: ClusterTokens) => Promise<void> = () => Promise.resolve()) {
    this.#tokens = tokens;
    this.#save = save;
    this.#index();
  }

  /** Returns whose token has this digest, and notes the use; `null` if it is none of these. */
  identify(digest: Digest, atMs: number): Caller | null {
    const role = this.#roles.get(digest);
    if (role === undefined) return null;
    this.#lastUsedAtMs.set(role, atMs);
    return { role, name: role };
  }

  /** Returns the token of `role`, without a pin. */
  show(role: DefaultRole): string {
    return this.#tokens[role];
  }

  /**
   * Replaces the token of `role`; the old one is refused from then on. Throws `disk_full` or
   * `home_unusable`, and then nothing has changed.
   */
  async rotate(role: DefaultRole): Promise<string> {
    const tokens = { ...this.#tokens, [role]: newToken(role) };
    await this.#save(tokens);
    this.#tokens = tokens;
    this.#index();
    this.#lastUsedAtMs.delete(role);
    return tokens[role];
  }

  list(): TokenListing[] {
    return DEFAULT_ROLES.map((role) => ({
      tokenId: null,
      name: role,
      role,
      gallery: null,
      plain: false,
      state: "valid",
      createdAtMs: null,
      expiresAtMs: null,
      lastUsedAtMs: this.#lastUsedAtMs.get(role) ?? null,
      revokedAtMs: null,
      uses: 0,
      usesMax: null,
    }));
  }

  #index(): void {
    this.#roles.clear();
    for (const role of DEFAULT_ROLES) this.#roles.set(digestOf(new TextEncoder().encode(this.#tokens[role])), role);
  }
}
