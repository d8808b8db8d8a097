import type { DatabaseSync, StatementSync } from "node:sqlite";
import { requirementTargetSchema, requirementTextSchema } from "../../protocol/http_api/fleet_api.ts";
import { labelKey } from "../../protocol/kernel/labels.ts";
import { labelSchema, labelsSchema } from "../../protocol/messages/label.ts";
import { parseAs, z } from "../../protocol/schema.ts";
import type { FleetRecord } from "../core/apply/restore_fleet.ts";
import type { FleetEvent } from "../core/messages/fleet_event.ts";
import { requirementKey } from "../core/state/fleet.ts";
import { jsonSchema } from "./sqlite_json.ts";

const labelRowSchema = z.object({ nodeId: z.string(), key: z.string(), label: labelSchema.nullable() });
const requirementRowSchema = z.object({
  target: jsonSchema.pipe(requirementTargetSchema),
  requirement: requirementTextSchema,
  sinceMs: z.number(),
});
const bindingRowSchema = z.object({ name: z.string(), labels: jsonSchema.pipe(labelsSchema) });

/** The part of the SQLite ledger that stores labels, requirements and bindings. */
export class SqliteFleet {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#statements = prepare(database);
  }

  /** Returns everything that is stored. */
  record(): FleetRecord {
    const changes = new Map<string, { set: string[]; remove: string[] }>();
    for (const { nodeId, key, label } of rowsOf(this.#statements.allLabels, labelRowSchema, "A label")) {
      const change = changes.get(nodeId) ?? { set: [], remove: [] };
      if (label === null) change.remove.push(key);
      else change.set.push(label);
      changes.set(nodeId, change);
    }
    return {
      labels: [...changes].map(([nodeId, change]) => ({ nodeId, change })),
      requirements: rowsOf(this.#statements.allRequirements, requirementRowSchema, "A requirement"),
      bindings: rowsOf(this.#statements.allBindings, bindingRowSchema, "A binding of a model"),
    };
  }

  /** Stores an event. Must be called inside a transaction of the ledger. */
  append(event: FleetEvent): void {
    const statements = this.#statements;
    switch (event.type) {
      case "labels_changed": {
        const { nodeId, change: { set, remove } } = event;
        for (const key of remove) statements.setLabel.run({ nodeId, key, label: null });
        for (const label of set) statements.setLabel.run({ nodeId, key: labelKey(label), label });
        return;
      }
      case "requirement_stated": {
        const { target, requirement, sinceMs } = event.stated;
        const nodeId = target.kind === "node" ? target.nodeId : null;
        const key = requirementKey(event.stated);
        statements.require.run({ key, nodeId, target: JSON.stringify(target), requirement, sinceMs });
        return;
      }
      case "requirement_dropped":
        statements.unrequire.run(requirementKey(event));
        return;
      case "model_bound":
        if (event.labels.length === 0) statements.unbind.run(event.name);
        else statements.bind.run({ name: event.name, labels: JSON.stringify(event.labels) });
        return;
    }
  }

  /** Forgets everything about one node. Must be called inside a transaction of the ledger. */
  forgetNode(nodeId: string): void {
    this.#statements.forgetLabels.run(nodeId);
    this.#statements.forgetRequirements.run(nodeId);
  }
}

function prepare(database: DatabaseSync) {
  return {
    allLabels: database.prepare(`SELECT node_id AS nodeId, key, label FROM node_labels ORDER BY rowid`),
    allRequirements: database.prepare(
      `SELECT target, requirement, since_ms AS sinceMs FROM requirements ORDER BY rowid`,
    ),
    allBindings: database.prepare(`SELECT name, labels FROM model_labels ORDER BY rowid`),
    setLabel: database.prepare(
      `INSERT INTO node_labels (node_id, key, label) VALUES (:nodeId, :key, :label)
       ON CONFLICT (node_id, key) DO UPDATE SET label = :label`,
    ),
    require: database.prepare(
      `INSERT INTO requirements (requirement_key, node_id, target, requirement, since_ms)
       VALUES (:key, :nodeId, :target, :requirement, :sinceMs)
       ON CONFLICT (requirement_key) DO UPDATE SET requirement = :requirement, since_ms = :sinceMs`,
    ),
    unrequire: database.prepare(`DELETE FROM requirements WHERE requirement_key = ?`),
    bind: database.prepare(
      `INSERT INTO model_labels (name, labels) VALUES (:name, :labels)
       ON CONFLICT (name) DO UPDATE SET labels = :labels`,
    ),
    unbind: database.prepare(`DELETE FROM model_labels WHERE name = ?`),
    forgetLabels: database.prepare(`DELETE FROM node_labels WHERE node_id = ?`),
    forgetRequirements: database.prepare(`DELETE FROM requirements WHERE node_id = ?`),
  };
}

function rowsOf<Schema extends z.ZodType>(statement: StatementSync, schema: Schema, what: string): z.infer<Schema>[] {
  return statement.all().map((row) => parseAs(schema, row, { what: `${what} in the ledger`, code: "home_unusable" }));
}
