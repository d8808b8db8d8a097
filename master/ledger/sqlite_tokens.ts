import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ROLES } from "../../protocol/security/roles.ts";
import { digestSchema, parseAs, z } from "../../protocol/schema.ts";
import type { TokenRecord, TokenRecords } from "../access/token_records.ts";
import { ReadStatement } from "./read_statement.ts";
import type { AcknowledgedChanges } from "./acknowledged_changes.ts";

const rowSchema = z.object({
  tokenId: z.string(),
  digest: digestSchema,
  name: z.string(),
  role: z.enum(ROLES),
  gallery: z.string().nullable(),
  plain: z.number(),
  createdAtMs: z.number(),
  expiresAtMs: z.number().nullable(),
  lastUsedAtMs: z.number().nullable(),
  revokedAtMs: z.number().nullable(),
  uses: z.number(),
  usesMax: z.number().nullable(),
});

/** The part of the SQLite ledger that stores created tokens. */
export class SqliteTokens implements TokenRecords {
  readonly #changes: AcknowledgedChanges;
  readonly #all: ReadStatement;
  readonly #save: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync, changes: AcknowledgedChanges) {
    this.#changes = changes;
    this.#all = new ReadStatement(database, {
      what: "The ledger",
      sql:
        `SELECT token_id AS tokenId, digest, name, role, gallery, plain, created_ms AS createdAtMs, expires_ms AS expiresAtMs,
              last_used_ms AS lastUsedAtMs, revoked_ms AS revokedAtMs, uses, uses_max AS usesMax
       FROM tokens ORDER BY created_ms, rowid`,
    });
    this.#save = database.prepare(
      `INSERT INTO tokens (token_id, digest, name, role, gallery, created_ms, expires_ms, last_used_ms, revoked_ms,
                           uses, uses_max, plain)
       VALUES (:tokenId, :digest, :name, :role, :gallery, :createdAtMs, :expiresAtMs, :lastUsedAtMs, :revokedAtMs,
               :uses, :usesMax, :plain)
       ON CONFLICT (token_id) DO UPDATE SET
         last_used_ms = excluded.last_used_ms, revoked_ms = excluded.revoked_ms, uses = excluded.uses`,
    );
    this.#delete = database.prepare("DELETE FROM tokens WHERE token_id = ?");
  }

  all(): TokenRecord[] {
    return this.#all.all().map((row) => {
      const parsed = parseAs(rowSchema, row, { what: "A token in the ledger", code: "home_unusable" });
      return { ...parsed, plain: parsed.plain !== 0 };
    });
  }

  save(changed: readonly TokenRecord[], deletedIds: readonly string[] = []): void {
    const write = () => {
      for (const record of changed) this.#save.run({ ...record, plain: Number(record.plain) });
      for (const tokenId of deletedIds) this.#delete.run(tokenId);
    };
    this.#changes.transact({ what: "The ledger", write });
  }
}
