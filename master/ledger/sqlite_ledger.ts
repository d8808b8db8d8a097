import { DatabaseSync, type StatementSync } from "node:sqlite";
import { manifestSchema } from "../../models/manifest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { capabilitiesSchema } from "../../protocol/messages/hello.ts";
import { digestSchema, parseAs, z } from "../../protocol/schema.ts";
import type { DurableEvent } from "../core/messages/durable_event.ts";
import { isFleetEvent } from "../core/messages/fleet_event.ts";
import type { NodeRecord } from "../core/state/state.ts";
import { AcknowledgedChanges, checkAcknowledged, type WitnessOptions } from "./acknowledged_changes.ts";
import { checkIntegrity } from "./sqlite_file.ts";
import type { Ledger, LedgerSnapshot, ModelRecord } from "./ledger.ts";
import { SqliteFleet } from "./sqlite_fleet.ts";
import { jsonSchema } from "./sqlite_json.ts";
import { migrate } from "./sqlite_schema.ts";
import { SqliteAudit, type SqliteAuditOptions } from "./sqlite_audit.ts";
import { SqliteTokens } from "./sqlite_tokens.ts";
import { SqliteVersions } from "./sqlite_versions.ts";
import { WriteAheadLog } from "./write_ahead_log.ts";

const nodeRowSchema = z.object({
  nodeId: z.string(),
  publicKey: z.string(),
  standing: z.enum(["enrolled", "approved", "open", "removed"]),
  name: z.string(),
  address: z.string(),
  version: z.string(),
  capabilities: jsonSchema.pipe(capabilitiesSchema),
  firstSeenMs: z.number(),
  lastSeenMs: z.number(),
  completed: z.number(),
});

const modelRowSchema = z.object({
  digest: digestSchema,
  size: z.number(),
  document: jsonSchema.pipe(manifestSchema),
  registeredAtMs: z.number(),
});

const DESCRIBED = { what: "The ledger", tables: { nodes: "nodes", models: "models", tokens: "tokens" } };

/** A ledger in one SQLite file, with a write-ahead log beside it. */
export class SqliteLedger implements Ledger {
  readonly #database: DatabaseSync;
  readonly #changes: AcknowledgedChanges;
  readonly #path: string;
  readonly #log: WriteAheadLog;
  readonly #statements: Statements;
  readonly #versions: SqliteVersions;
  readonly #fleet: SqliteFleet;

  private constructor(path: string, { database, changes }: { database: DatabaseSync; changes: AcknowledgedChanges }) {
    this.#path = path;
    this.#database = database;
    this.#changes = changes;
    this.#log = new WriteAheadLog(database, path);
    this.#statements = prepare(database);
    this.#versions = new SqliteVersions(database);
    this.#fleet = new SqliteFleet(database);
  }

  /**
   * Opens or creates the file at `path`, and migrates one of an older dml. Throws `home_unusable`
   * if it cannot be opened, is damaged, lacks acknowledged changes, or was written by a newer dml.
   */
  static open(path: string, options: WitnessOptions = {}): SqliteLedger {
    let database: DatabaseSync | null = null;
    checkAcknowledged(path, { described: DESCRIBED, ...options });
    try {
      database = new DatabaseSync(path);
      // FULL: events are on the disk when `append` returns, whatever happens to the machine
      // afterwards.
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
      checkIntegrity(database);
      migrate(database, path);
      return new SqliteLedger(path, {
        database,
        changes: AcknowledgedChanges.open(database, { ...options, path, described: DESCRIBED }),
      });
    } catch (error) {
      database?.close();
      throw unusable(path, error);
    }
  }

  /** Returns the created tokens, which are stored in the same file. Throws `home_unusable`. */
  tokens(): SqliteTokens {
    return this.#part(() => new SqliteTokens(this.#database, this.#changes));
  }

  /** Returns the audit, which is stored in the same file. Throws `home_unusable`. */
  audit(options: SqliteAuditOptions): SqliteAudit {
    return this.#part(() => new SqliteAudit(this.#database, { ...options, changes: this.#changes }));
  }

  /** Opens a part of the file, whose tables may be damaged too. */
  #part<Part>(open: () => Part): Part {
    try {
      return open();
    } catch (error) {
      throw unusable(this.#path, error);
    }
  }

  load(): LedgerSnapshot {
    try {
      return {
        nodes: this.#statements.allNodes.all().map(nodeOfRow),
        models: this.#statements.allModels.all().map(modelOfRow),
        removed: this.#statements.allRemoved.all().map(modelOfRow),
        lineages: this.#versions.lineages(),
        pinned: this.#versions.pinned(),
        rollouts: this.#versions.rollouts(),
        fleet: this.#fleet.record(),
      };
    } catch (error) {
      throw unusable(this.#path, error);
    }
  }

  append(events: readonly DurableEvent[]): void {
    if (events.length === 0) return;
    const write = () => events.forEach((event) => this.#keep(event));
    this.#changes.transact({ what: "The ledger", write });
  }

  /** Copies the ledger as it is now to a new file, while it is in use. */
  copyTo(path: string): Promise<void> {
    return this.#log.copyTo(path);
  }

  close(): void {
    if (!this.#database.isOpen) return;
    this.#changes[Symbol.dispose]();
    this.#database.close();
  }

  #keep(event: DurableEvent): void {
    const statements = this.#statements;
    if (isFleetEvent(event)) return this.#fleet.append(event);
    switch (event.type) {
      case "node_recorded":
      case "node_judged": {
        const { capabilities, ...record } = event.record;
        statements.recordNode.run({ ...record, capabilities: JSON.stringify(capabilities) });
        return;
      }
      case "node_seen": {
        const { type: _, ...seen } = event;
        const { changes } = statements.seeNode.run(seen);
        invariant(Number(changes) === 1, `node ${event.nodeId} was seen but never recorded`);
        return;
      }
      case "node_forgotten":
        statements.forgetNode.run(event.nodeId);
        this.#fleet.forgetNode(event.nodeId);
        return;
      case "model_registered":
        statements.registerModel.run({
          digest: event.manifest.digest,
          size: event.manifest.size,
          document: JSON.stringify(event.document),
          registeredAtMs: event.atWallMs,
        });
        return;
      default:
        this.#versions.append(event);
    }
  }
}

interface Statements {
  readonly allNodes: StatementSync;
  readonly allModels: StatementSync;
  readonly allRemoved: StatementSync;
  readonly recordNode: StatementSync;
  readonly seeNode: StatementSync;
  readonly forgetNode: StatementSync;
  readonly registerModel: StatementSync;
}

function prepare(database: DatabaseSync): Statements {
  return {
    allNodes: database.prepare(
      `SELECT node_id AS nodeId, public_key AS publicKey, standing, name, address, version, capabilities, first_seen_ms AS firstSeenMs,
              last_seen_ms AS lastSeenMs, completed
       FROM nodes ORDER BY first_seen_ms, rowid`,
    ),
    allModels: database.prepare(
      `SELECT manifest_digest AS digest, manifest_size AS size, document, registered_ms AS registeredAtMs
       FROM models WHERE removed_ms IS NULL ORDER BY registered_ms, rowid`,
    ),
    allRemoved: database.prepare(
      `SELECT manifest_digest AS digest, manifest_size AS size, document, registered_ms AS registeredAtMs
       FROM models WHERE removed_ms IS NOT NULL ORDER BY removed_ms, rowid`,
    ),
    recordNode: database.prepare(
      `INSERT INTO nodes (node_id, public_key, standing, name, address, version, capabilities,
                          first_seen_ms, last_seen_ms, completed)
       VALUES (:nodeId, :publicKey, :standing, :name, :address, :version, :capabilities,
               :firstSeenMs, :lastSeenMs, :completed)
       ON CONFLICT (node_id) DO UPDATE SET
         public_key = excluded.public_key, standing = excluded.standing, name = excluded.name, address = excluded.address, version = excluded.version,
         capabilities = excluded.capabilities, first_seen_ms = excluded.first_seen_ms,
         last_seen_ms = excluded.last_seen_ms, completed = excluded.completed`,
    ),
    seeNode: database.prepare(
      `UPDATE nodes SET last_seen_ms = :lastSeenMs, completed = :completed WHERE node_id = :nodeId`,
    ),
    forgetNode: database.prepare(`DELETE FROM nodes WHERE node_id = ?`),
    registerModel: database.prepare(
      `INSERT INTO models (manifest_digest, manifest_size, document, registered_ms)
       VALUES (:digest, :size, :document, :registeredAtMs)
       ON CONFLICT (manifest_digest) DO UPDATE SET removed_ms = NULL`,
    ),
  };
}

function nodeOfRow(row: unknown): NodeRecord {
  return parseAs(nodeRowSchema, row, { what: "A node in the ledger", code: "home_unusable" });
}

function modelOfRow(row: unknown): ModelRecord {
  const { digest, size, document, registeredAtMs } = parseAs(modelRowSchema, row, {
    what: "A model in the ledger",
    code: "home_unusable",
  });
  return { manifest: { digest, size }, document, registeredAtMs };
}

function unusable(path: string, error: unknown): DmlError {
  const why = error instanceof Error ? error.message : String(error);
  return new DmlError("home_unusable", `The ledger ${path} cannot be used: ${why}`, {
    cause: error,
    advice: "Move the file away to begin a new ledger (nodes register anew), or restore a backup.",
  });
}
