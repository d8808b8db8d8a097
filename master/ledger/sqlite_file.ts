import type { DatabaseSync } from "node:sqlite";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** Description of one kind of database. */
export interface SqliteSchema {
  /** Mark of the file (`PRAGMA application_id`). */
  readonly applicationId: number;
  /** Name of the kind in error messages, such as `a ledger of dml`. */
  readonly what: string;
  /**
   * Statements that migrate each version to the next; the first ones start from an empty file.
   */
  readonly migrations: readonly string[];
}

/**
 * Migrates the database at `path` to the newest version, each step in a transaction. Throws
 * `home_unusable` if the file is of another kind, or was written by a newer dml.
 */
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
      { advice: "Update dml." },
    );
  }
  for (let next = version; next < migrations.length; next++) {
    database.exec(
      `BEGIN IMMEDIATE; ${migrations[next]}
       PRAGMA user_version = ${next + 1}; PRAGMA application_id = ${applicationId}; COMMIT;`,
    );
  }
}

/**
 * SQLite's message for SQLITE_FULL, and the code of every SQLite error: the numeric result code is
 * not passed on.
 */
const FULL_MESSAGE = "database or disk is full";
export const SQLITE_ERROR_CODE = "ERR_SQLITE_ERROR";

/**
 * Runs `write` in a transaction, so that all of it or, if it throws, nothing is stored. Throws
 * `disk_full` if there is no room, and `home_unusable` if the file cannot be written for another
 * reason. Errors that do not come from SQLite are rethrown unchanged.
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

/** Throws `home_unusable` if the file is damaged. */
export function checkIntegrity(database: DatabaseSync): void {
  const row = database.prepare("PRAGMA quick_check(1)").get();
  const verdict = row === undefined ? "no verdict" : String(Object.values(row)[0]);
  if (verdict !== "ok") throw new DmlError("home_unusable", `it is damaged: ${verdict}`);
}

function pragma(database: DatabaseSync, name: "application_id" | "user_version"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
