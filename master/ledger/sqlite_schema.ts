import type { DatabaseSync } from "node:sqlite";
import { migrateDatabase } from "./sqlite_file.ts";

/**
 * Statements that migrate a ledger from version N to version N + 1, from an empty file on. Never
 * change one that was released.
 */
const MIGRATIONS = [
  `CREATE TABLE nodes (
     node_id       TEXT PRIMARY KEY NOT NULL,
     name          TEXT NOT NULL,
     address       TEXT NOT NULL,
     version       TEXT NOT NULL,
     capabilities  TEXT NOT NULL,
     first_seen_ms INTEGER NOT NULL,
     last_seen_ms  INTEGER NOT NULL,
     completed     INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE models (
     manifest_digest TEXT PRIMARY KEY NOT NULL,
     manifest_size   INTEGER NOT NULL,
     document        TEXT NOT NULL,
     registered_ms   INTEGER NOT NULL
   ) STRICT;`,
  // In version 1 a bare name meant the highest version, so that becomes the latest. With `max()`,
  // SQLite takes the other columns from the row that holds the maximum.
  `ALTER TABLE models ADD COLUMN removed_ms INTEGER;
   CREATE TABLE lineages (
     name            TEXT PRIMARY KEY NOT NULL,
     latest_digest   TEXT NOT NULL,
     previous_digest TEXT
   ) STRICT;
   INSERT INTO lineages (name, latest_digest)
     SELECT name, manifest_digest FROM
       (SELECT json_extract(document, '$.name') AS name, manifest_digest, max(json_extract(document, '$.version'))
        FROM models GROUP BY 1);
   CREATE TABLE pins (manifest_digest TEXT PRIMARY KEY NOT NULL) STRICT;
   CREATE TABLE rollouts (
     rollout_id TEXT PRIMARY KEY NOT NULL,
     name       TEXT NOT NULL,
     started_ms INTEGER NOT NULL,
     record     TEXT NOT NULL
   ) STRICT;`,
  // The audit is only ever added to, and its oldest entries are dropped.
  `CREATE TABLE tokens (
     token_id     TEXT PRIMARY KEY NOT NULL,
     digest       TEXT NOT NULL UNIQUE,
     name         TEXT NOT NULL,
     role         TEXT NOT NULL,
     gallery      TEXT,
     created_ms   INTEGER NOT NULL,
     expires_ms   INTEGER,
     last_used_ms INTEGER,
     revoked_ms   INTEGER,
     uses         INTEGER NOT NULL,
     uses_max     INTEGER
   ) STRICT;
   CREATE TABLE audit (
     entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
     at_ms    INTEGER NOT NULL,
     actor    TEXT NOT NULL,
     action   TEXT NOT NULL,
     subject  TEXT NOT NULL,
     detail   TEXT
   ) STRICT;
   CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit BEGIN
     SELECT RAISE(ABORT, 'entries of the audit are never changed');
   END;`,
  // Up to version 3 a node chose its id. The nodes that come back have keys, and so other ids.
  `DELETE FROM nodes;
   ALTER TABLE nodes ADD COLUMN public_key TEXT NOT NULL DEFAULT '';
   ALTER TABLE nodes ADD COLUMN standing TEXT NOT NULL DEFAULT 'open';`,
  // A label without text was removed by an admin. A requirement has a node id if it is on one node.
  `CREATE TABLE node_labels (
     node_id TEXT NOT NULL,
     key     TEXT NOT NULL,
     label   TEXT,
     PRIMARY KEY (node_id, key)
   ) STRICT;
   CREATE TABLE requirements (
     requirement_key TEXT PRIMARY KEY NOT NULL,
     node_id         TEXT,
     target          TEXT NOT NULL,
     requirement     TEXT NOT NULL,
     since_ms        INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE model_labels (
     name   TEXT PRIMARY KEY NOT NULL,
     labels TEXT NOT NULL
   ) STRICT;`,
  `ALTER TABLE tokens ADD COLUMN plain INTEGER NOT NULL DEFAULT 0;`,
];

/** Mark of a file that is a ledger of dml ("dmlL"). */
const APPLICATION_ID = 0x646d6c4c;

/**
 * Migrates the database to the newest version, each step in a transaction. Throws `home_unusable`.
 */
export function migrate(database: DatabaseSync, path: string): void {
  const schema = { applicationId: APPLICATION_ID, what: "a ledger of dml", migrations: MIGRATIONS };
  migrateDatabase(database, { path, schema });
}
