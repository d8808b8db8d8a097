import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { encodeManifest } from "../../../models/manifest.ts";
import { SqliteLedger } from "../../../master/ledger/sqlite_ledger.ts";
import { assertEquals } from "../../assert.ts";
import { emptyManifest } from "../core_world.ts";

/** The schema of a ledger from before dml had rollouts. */
const FIRST_SCHEMA = `
  CREATE TABLE nodes (node_id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL,
    version TEXT NOT NULL, capabilities TEXT NOT NULL, first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL, completed INTEGER NOT NULL) STRICT;
  CREATE TABLE models (manifest_digest TEXT PRIMARY KEY NOT NULL, manifest_size INTEGER NOT NULL,
    document TEXT NOT NULL, registered_ms INTEGER NOT NULL) STRICT;
  PRAGMA user_version = 1; PRAGMA application_id = ${0x646d6c4c};`;

Deno.test("migrate() makes the highest version of an older ledger the latest, as its bare name meant", () => {
  const directory = Deno.makeTempDirSync();
  const path = join(directory, "ledger.sqlite");
  const database = new DatabaseSync(path);
  database.exec(FIRST_SCHEMA);
  const manifests = [emptyManifest("one", 2), emptyManifest("one", 10), emptyManifest("two", 1)];
  for (const manifest of manifests) {
    const { digest, bytes } = encodeManifest(manifest);
    database.prepare("INSERT INTO models VALUES (?, ?, ?, ?)")
      .run(digest, bytes.length, JSON.stringify(manifest), 1);
  }
  database.close();
  const ledger = SqliteLedger.open(path);
  const { models, lineages } = ledger.load();
  ledger.close();
  Deno.removeSync(directory, { recursive: true });
  assertEquals(models.length, 3);
  assertEquals(lineages, [
    { name: "one", latest: encodeManifest(manifests[1]).digest, previous: null },
    { name: "two", latest: encodeManifest(manifests[2]).digest, previous: null },
  ]);
});
