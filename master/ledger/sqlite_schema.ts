import type { DatabaseSync } from "node:sqlite";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** What makes a ledger of version N one of version N + 1, from an empty file on. Never change one that was released. */
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
   CREATE TABLE recognizers (
     manifest_digest TEXT PRIMARY KEY NOT NULL,
     manifest_size   INTEGER NOT NULL,
     document        TEXT NOT NULL,
     registered_ms   INTEGER NOT NULL
   ) STRICT;`,
  // Until now a bare name meant the highest version; max() in SQLite brings the other columns of its row along.
  `ALTER TABLE recognizers ADD COLUMN removed_ms INTEGER;
   CREATE TABLE lineages (
     name            TEXT PRIMARY KEY NOT NULL,
     latest_digest   TEXT NOT NULL,
     previous_digest TEXT
   ) STRICT;
   INSERT INTO lineages (name, latest_digest)
     SELECT name, manifest_digest FROM
       (SELECT json_extract(document, '$.name') AS name, manifest_digest, max(json_extract(document, '$.version'))
        FROM recognizers GROUP BY 1);
   CREATE TABLE pins (manifest_digest TEXT PRIMARY KEY NOT NULL) STRICT;
   CREATE TABLE rollouts (
     rollout_id TEXT PRIMARY KEY NOT NULL,
     name       TEXT NOT NULL,
     started_ms INTEGER NOT NULL,
     record     TEXT NOT NULL
   ) STRICT;`,
];

/** Marks the file as a ledger of dml ("dmlL"). */
const APPLICATION_ID = 0x646d6c4c;

/** Brings the database to the newest version, each step whole or not at all. Throws `home_unusable`. */
export function migrate(database: DatabaseSync, path: string): void {
  const applicationId = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  if (applicationId !== APPLICATION_ID && (applicationId !== 0 || version !== 0)) {
    throw new DmlError("home_unusable", `${path} is a database, but not a ledger of dml`);
  }
  if (version > MIGRATIONS.length) {
    throw new DmlError(
      "home_unusable",
      `it is of version ${version}, and this dml knows versions up to ${MIGRATIONS.length}`,
      { advice: "Bring dml up to date." },
    );
  }
  for (let next = version; next < MIGRATIONS.length; next++) {
    database.exec(
      `BEGIN IMMEDIATE; ${MIGRATIONS[next]}
       PRAGMA user_version = ${next + 1}; PRAGMA application_id = ${APPLICATION_ID}; COMMIT;`,
    );
  }
}

function pragma(database: DatabaseSync, name: "application_id" | "user_version"): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
