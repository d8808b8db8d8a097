import type { DatabaseSync } from "node:sqlite";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** What a database of dml is. */
export interface SqliteSchema {
  /** Marks the file (`PRAGMA application_id`). */
  readonly applicationId: number;
  /** For people: `a ledger of dml`. */
  readonly what: string;
  /** What makes each version of the one before, the first of nothing. */
  readonly migrations: readonly string[];
}

/** Brings the database at `path` to the newest version, each step whole or not at all. Throws `home_unusable`. */
export function migrateDatabase(
  database: DatabaseSync,
  { path, schema: { applicationId, what, migrations } }: { path: string; schema: SqliteSchema },
): void {
  const held = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  if (held !== applicationId && (held !== 0 || version !== 0)) {
    throw new DmlError("home_unusable", `${path} is a database, but not ${what}`);
  }
  if (version > migrations.length) {
    throw new DmlError(
      "home_unusable",
      `it is of version ${version}, and this dml knows versions up to ${migrations.length}`,
      { advice: "Bring dml up to date." },
    );
  }
  for (let next = version; next < migrations.length; next++) {
    database.exec(
      `BEGIN IMMEDIATE; ${migrations[next]}
       PRAGMA user_version = ${next + 1}; PRAGMA application_id = ${applicationId}; COMMIT;`,
    );
  }
}

/** How SQLite says SQLITE_FULL, and how errors of it are told from others; the number itself does not come through. */
const FULL_MESSAGE = "database or disk is full";
const SQLITE_ERROR_CODE = "ERR_SQLITE_ERROR";

/**
 * Does all of `write` or, when it throws, nothing. Throws `disk_full` when there is no room, `home_unusable` when the file cannot
 * be written for another reason; what is no fault of the file as it is.
 */
export function inTransaction(
  database: DatabaseSync,
  { what, write }: { what: string; write: () => void },
): void {
  try {
    database.exec("BEGIN IMMEDIATE");
    write();
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw asWriteError(error, what);
  }
}

function asWriteError(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || error.code !== SQLITE_ERROR_CODE) return error;
  const { message } = error;
  return new DmlError(
    message === FULL_MESSAGE ? "disk_full" : "home_unusable",
    `${what} cannot be written: ${message}.`,
    {
      cause: error,
    },
  );
}

/** Throws `home_unusable` when the file is damaged. */
export function checkIntegrity(database: DatabaseSync): void {
  const row = database.prepare("PRAGMA quick_check(1)").get();
  const verdict = row === undefined ? "no verdict" : String(Object.values(row)[0]);
  if (verdict !== "ok") throw new DmlError("home_unusable", `it is damaged: ${verdict}`);
}

function pragma(database: DatabaseSync, name: "application_id" | "user_version"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
