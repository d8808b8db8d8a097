import type { DatabaseSync, StatementSync } from "node:sqlite";
import { rolloutSchema } from "../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { digestSchema, parseAs, z } from "../../protocol/schema.ts";
import type { LineageRecord, RolloutRow } from "./ledger.ts";
import { jsonSchema } from "./sqlite_json.ts";
import type { VersionEvent } from "./version_memory.ts";

const lineageRowSchema = z.object({
  name: z.string(),
  latest: digestSchema,
  previous: digestSchema.nullable(),
});
const pinRowSchema = z.object({ digest: digestSchema });
const rolloutRowSchema = z.object({ name: z.string(), record: jsonSchema.pipe(rolloutSchema) });

/** The part of the SQLite ledger that stores lineages, pins and rollouts. */
export class SqliteVersions {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#statements = prepare(database);
  }

  lineages(): LineageRecord[] {
    return rowsOf(this.#statements.allLineages, lineageRowSchema, "A model's latest version");
  }

  pinned(): Digest[] {
    return rowsOf(this.#statements.allPins, pinRowSchema, "A pinned version").map(({ digest }) => digest);
  }

  /** Returns the rollouts, newest first. */
  rollouts(): RolloutRow[] {
    return rowsOf(this.#statements.allRollouts, rolloutRowSchema, "A rollout");
  }

  /** Stores an event. Must be called inside a transaction of the ledger. */
  append(event: VersionEvent): void {
    const statements = this.#statements;
    switch (event.type) {
      case "latest_moved": {
        const { name, to: latest, previous } = event;
        statements.moveLatest.run({ name, latest, previous });
        return;
      }
      case "version_pinned":
        if (event.pinned) statements.pin.run(event.manifestDigest);
        else statements.unpin.run(event.manifestDigest);
        return;
      case "version_removed": {
        const { manifestDigest: digest, atWallMs } = event;
        statements.remove.run({ digest, atWallMs });
        statements.unpin.run(digest);
        statements.forgetPrevious.run(digest);
        statements.forgetLatest.run(digest);
        statements.forgetRollouts.run();
        return;
      }
      case "rollout_begun":
        return this.#record(event.spec.name, event.record);
      case "rollout_ended":
        return this.#record(event.name, event.record);
    }
  }

  #record(name: string, record: RolloutRow["record"]): void {
    const { rolloutId, startedMs } = record;
    this.#statements.record.run({ rolloutId, name, startedMs, record: JSON.stringify(record) });
    this.#statements.prune.run({ name, kept: LIMITS.rolloutHistoryMax });
  }
}

function prepare(database: DatabaseSync) {
  return {
    allLineages: database.prepare(
      `SELECT name, latest_digest AS latest, previous_digest AS previous FROM lineages ORDER BY rowid`,
    ),
    allPins: database.prepare(`SELECT manifest_digest AS digest FROM pins ORDER BY rowid`),
    allRollouts: database.prepare(`SELECT name, record FROM rollouts ORDER BY started_ms DESC, rowid DESC`),
    moveLatest: database.prepare(
      `INSERT INTO lineages (name, latest_digest, previous_digest) VALUES (:name, :latest, :previous)
       ON CONFLICT (name) DO UPDATE SET latest_digest = :latest, previous_digest = :previous`,
    ),
    pin: database.prepare(`INSERT INTO pins (manifest_digest) VALUES (?) ON CONFLICT DO NOTHING`),
    unpin: database.prepare(`DELETE FROM pins WHERE manifest_digest = ?`),
    remove: database.prepare(`UPDATE models SET removed_ms = :atWallMs WHERE manifest_digest = :digest`),
    forgetPrevious: database.prepare(`UPDATE lineages SET previous_digest = NULL WHERE previous_digest = ?`),
    forgetLatest: database.prepare(`DELETE FROM lineages WHERE latest_digest = ?`),
    forgetRollouts: database.prepare(`DELETE FROM rollouts WHERE name NOT IN (SELECT name FROM lineages)`),
    record: database.prepare(
      `INSERT INTO rollouts (rollout_id, name, started_ms, record) VALUES (:rolloutId, :name, :startedMs, :record)
       ON CONFLICT (rollout_id) DO UPDATE SET record = :record`,
    ),
    prune: database.prepare(
      `DELETE FROM rollouts WHERE name = :name AND rollout_id NOT IN
         (SELECT rollout_id FROM rollouts WHERE name = :name ORDER BY started_ms DESC, rowid DESC LIMIT :kept)`,
    ),
  };
}

function rowsOf<Schema extends z.ZodType>(statement: StatementSync, schema: Schema, what: string): z.infer<Schema>[] {
  return statement.all().map((row) => parseAs(schema, row, { what: `${what} in the ledger`, code: "home_unusable" }));
}
