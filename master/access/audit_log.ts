import type { AuditPage } from "../../protocol/http_api/audit_api.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Audit, AuditRecord } from "../host/audit.ts";

/** Part of the audit to read. */
export interface AuditQuery {
  /** Earliest time, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** Number of the last entry that is known already; 0 for none. */
  readonly after: number;
  /** Largest number of entries. */
  readonly limit: number;
}

/** The audit of a master: entries are added and read, never changed. Adapters: memory, SQLite. */
export interface AuditLog extends Audit {
  /** Returns entries, oldest first. */
  page(query: AuditQuery): AuditPage;
}

/** An audit that lasts as long as the process. */
export class MemoryAuditLog implements AuditLog {
  readonly #wallMs: () => number;
  #entries: AuditPage["entries"] = [];
  #nextId = 1;

  constructor(clock: { wallMs(): number }) {
    this.#wallMs = () => clock.wallMs();
  }

  record({ actor, action, subject, detail }: AuditRecord): void {
    const entry = { actor, action, subject, detail: detail ?? null };
    this.#entries.push({ entryId: this.#nextId++, atMs: this.#wallMs(), ...entry });
    this.#entries = this.#entries.slice(-LIMITS.auditEntriesMax);
  }

  page({ sinceMs, after, limit }: AuditQuery): AuditPage {
    const found = this.#entries.filter(({ entryId, atMs }) => entryId > after && atMs >= sinceMs);
    const entries = found.slice(0, limit);
    const next = found.length > limit ? entries[entries.length - 1].entryId : null;
    return { entries, next, dropped: this.#nextId - 1 - this.#entries.length };
  }
}
