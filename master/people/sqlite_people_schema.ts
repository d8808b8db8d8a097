import type { DatabaseSync } from "node:sqlite";
import { migrateDatabase } from "../ledger/sqlite_file.ts";

/**
 * Statements that migrate a file from version N to version N + 1, from an empty file on. Never
 * change one that was released.
 */
const MIGRATIONS = [
  `CREATE TABLE galleries (
     name       TEXT PRIMARY KEY NOT NULL,
     version    INTEGER NOT NULL,
     embedder   TEXT NOT NULL,
     dimensions INTEGER NOT NULL,
     thresholds TEXT NOT NULL,
     created_ms INTEGER NOT NULL,
     changed_ms INTEGER NOT NULL,
     built      TEXT,
     superseded TEXT NOT NULL
   ) STRICT;
   CREATE TABLE removed_galleries (
     name    TEXT PRIMARY KEY NOT NULL,
     version INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE people (
     person_id  TEXT PRIMARY KEY NOT NULL,
     gallery    TEXT NOT NULL REFERENCES galleries (name) ON DELETE CASCADE,
     name       TEXT NOT NULL,
     slot       INTEGER NOT NULL,
     metadata   TEXT NOT NULL,
     created_ms INTEGER NOT NULL,
     changed_ms INTEGER NOT NULL,
     UNIQUE (gallery, name)
   ) STRICT;
   CREATE INDEX people_of_slot ON people (gallery, slot);
   CREATE TABLE faces (
     face_id      TEXT PRIMARY KEY NOT NULL,
     person_id    TEXT NOT NULL REFERENCES people (person_id) ON DELETE CASCADE,
     kind         TEXT NOT NULL CHECK (kind IN ('enrolled', 'rejected')),
     eye_distance REAL NOT NULL,
     sharpness    REAL NOT NULL,
     crop_digest  TEXT NOT NULL,
     crop_size    INTEGER NOT NULL,
     source       TEXT NOT NULL,
     created_ms   INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX faces_of_person ON faces (person_id, kind);
   CREATE INDEX faces_of_crop ON faces (crop_digest);
   CREATE TABLE embeddings (
     face_id  TEXT NOT NULL REFERENCES faces (face_id) ON DELETE CASCADE,
     embedder TEXT NOT NULL,
     vector   BLOB NOT NULL,
     PRIMARY KEY (face_id, embedder)
   ) STRICT;`,
  // Thresholds other than the default of version 1 were set by somebody. The other galleries get a
  // new version, which is built with the default for their size.
  `ALTER TABLE galleries ADD COLUMN thresholds_set TEXT;
   UPDATE galleries SET thresholds_set = '{"by":"hand","setMs":null}'
   WHERE json_extract(thresholds, '$.known') <> 0.45 OR json_extract(thresholds, '$.unknown') <> 0.38;
   UPDATE galleries SET version = version + 1 WHERE thresholds_set IS NULL;`,
  // A gallery whose model has thresholds of its own takes them over at the next check.
  `ALTER TABLE galleries ADD COLUMN model_thresholds TEXT;`,
];

/** Mark of a file that holds people of dml ("dmlP"). */
const APPLICATION_ID = 0x646d6c50;

/**
 * Migrates the database to the newest version, each step in a transaction. Throws `home_unusable`.
 */
export function migratePeople(database: DatabaseSync, path: string): void {
  const schema = { applicationId: APPLICATION_ID, what: "people of dml", migrations: MIGRATIONS };
  migrateDatabase(database, { path, schema });
}
