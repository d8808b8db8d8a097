import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Role } from "../../protocol/security/roles.ts";

/** A created token as it is stored. Its secret is not. */
export interface TokenRecord {
  readonly tokenId: string;
  /** Digest of the secret. */
  readonly digest: Digest;
  readonly name: string;
  readonly role: Role;
  /** The one gallery of a token of the role `people`; `null` for other roles. */
  readonly gallery: string | null;
  /** True if it is valid on the port without TLS alone, false if on all others. */
  readonly plain: boolean;
  /** Times in milliseconds since the Unix epoch; `null` for never. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  readonly revokedAtMs: number | null;
  /** Number of nodes that it has let in. */
  readonly uses: number;
  /** `null` for any number. */
  readonly usesMax: number | null;
}

/** Durable store of created tokens. Adapters: memory, SQLite. */
export interface TokenRecords {
  /** Returns the tokens in the order in which they were created. */
  all(): TokenRecord[];
  /**
   * Stores `changed`, new or not, and deletes `deletedIds`, all or nothing. Throws `disk_full` or
   * `home_unusable`.
   */
  save(changed: readonly TokenRecord[], deletedIds?: readonly string[]): void;
}

/** Tokens that last as long as the process. */
export class MemoryTokenRecords implements TokenRecords {
  readonly #records = new Map<string, TokenRecord>();

  all(): TokenRecord[] {
    return [...this.#records.values()];
  }

  save(changed: readonly TokenRecord[], deletedIds: readonly string[] = []): void {
    for (const record of changed) this.#records.set(record.tokenId, record);
    for (const tokenId of deletedIds) this.#records.delete(tokenId);
  }
}
