import type { DatabaseSync, StatementSync } from "node:sqlite";
import { auditEntrySchema, type AuditPage } from "../../protocol/http_api/audit_api.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { parseAs } from "../../protocol/schema.ts";
import type { AuditLog, AuditQuery } from "../access/audit_log.ts";
import type { AuditRecord } from "../host/audit.ts";
import { ReadStatement } from "./read_statement.ts";
import type { AcknowledgedChanges } from "./acknowledged_changes.ts";

export interface SqliteAuditOptions {
  readonly clock: { wallMs(): number };
  readonly log: Log;
  /** Number of entries that are kept; `auditEntriesMax` except in tests. */
  readonly entriesMax?: number;
}

/** The part of the SQLite ledger that stores the audit. */
export class SqliteAudit implements AuditLog {
  readonly #changes: AcknowledgedChanges;
  readonly #options: SqliteAuditOptions;
  readonly #insert: StatementSync;
  readonly #dropOldest: StatementSync;
  readonly #select: ReadStatement;
  readonly #bounds: ReadStatement;

  constructor(
    database: DatabaseSync,
    { changes, ...options }: SqliteAuditOptions & { changes: AcknowledgedChanges },
  ) {
    this.#changes = changes;
    this.#options = options;
    this.#insert = database.prepare(
      `INSERT INTO audit (at_ms, actor, action, subject, detail) VALUES (:atMs, :actor, :action, :subject, :detail)`,
    );
    // Numbers are never used again, so the number tells how many entries are older.
    this.#dropOldest = database.prepare(
      `DELETE FROM audit WHERE entry_id <= (SELECT max(entry_id) FROM audit) - :entriesMax`,
    );
    const read = (sql: string) => new ReadStatement(database, { sql, what: "The audit" });
    this.#select = read(
      `SELECT entry_id AS entryId, at_ms AS atMs, actor, action, subject, detail FROM audit
       WHERE entry_id > :after AND at_ms >= :sinceMs ORDER BY entry_id LIMIT :limit`,
    );
    this.#bounds = read("SELECT min(entry_id) AS first FROM audit");
  }

  record(entry: AuditRecord): void {
    const { clock, log, entriesMax = LIMITS.auditEntriesMax } = this.#options;
    const { actor, action, subject, detail } = entry;
    const write = () => {
      this.#insert.run({ atMs: clock.wallMs(), actor, action, subject, detail: detail ?? null });
      this.#dropOldest.run({ entriesMax });
    };
    try {
      this.#changes.transact({ what: "The audit", write });
    } catch (error) {
      log.error("What was done could not be written into the audit.", { ...entry, error: asDmlError(error).message });
    }
  }

  page({ sinceMs, after, limit }: AuditQuery): AuditPage {
    const rows = this.#select.all({ sinceMs, after, limit: limit + 1 });
    const entries = rows.slice(0, limit).map((row) =>
      parseAs(auditEntrySchema, row, { what: "An entry of the audit", code: "home_unusable" })
    );
    const next = rows.length > limit ? entries[entries.length - 1].entryId : null;
    const first = this.#bounds.get()?.first;
    return { entries, next, dropped: typeof first === "number" ? first - 1 : 0 };
  }
}
