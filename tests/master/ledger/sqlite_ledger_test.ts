import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SqliteLedger } from "../../../master/ledger/sqlite_ledger.ts";
import { testLedger } from "../../contract/ledger_contract.ts";
import { testLedgerVersions } from "../../contract/ledger_versions_contract.ts";
import { CoreWorld, idOf } from "../core_world.ts";
import { isDurable } from "../../../master/core/messages/durable_event.ts";

testLedger("SqliteLedger.open()", () => SqliteLedger.open(":memory:"));
testLedgerVersions("SqliteLedger.open()", () => SqliteLedger.open(":memory:"));

function inDirectory(body: (path: string) => void): void {
  const directory = Deno.makeTempDirSync();
  try {
    body(join(directory, "ledger.sqlite"));
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function recordNode(path: string): void {
  const world = new CoreWorld();
  world.join(idOf("node", 1));
  const ledger = SqliteLedger.open(path);
  ledger.append(world.events.filter(isDurable));
  ledger.close();
}

Deno.test("SqliteLedger.open() loads what an earlier process stored", () => {
  inDirectory((path) => {
    recordNode(path);
    const ledger = SqliteLedger.open(path);
    const { nodes, models } = ledger.load();
    assertEquals(nodes.map(({ nodeId }) => nodeId), [idOf("node", 1)]);
    assertEquals(models.map(({ document }) => document.name), ["empty"]);
    ledger.close();
  });
});

Deno.test("SqliteLedger.open() loads what a killed process stored", () => {
  inDirectory((path) => {
    recordNode(path);
    const killed = SqliteLedger.open(path);
    killed.append([{
      type: "node_seen",
      nodeId: idOf("node", 1),
      lastSeenMs: 42,
      completed: 17,
    }]);
    // A copy of the files in this state is what remains after a crash.
    for (const suffix of ["", "-wal"]) Deno.copyFileSync(path + suffix, `${path}.copy${suffix}`);
    killed.close();
    const ledger = SqliteLedger.open(`${path}.copy`);
    assertEquals(ledger.load().nodes[0].completed, 17);
    ledger.close();
  });
});

Deno.test("SqliteLedger.open() refuses a file that is no database, and names it", () => {
  inDirectory((path) => {
    Deno.writeTextFileSync(path, "This is not a database, however long one looks at it.");
    const error = assertThrows(() => SqliteLedger.open(path), DmlError);
    assertEquals(error.code, "home_unusable");
    assertStringIncludes(error.message, path);
  });
});

Deno.test("SqliteLedger.open() refuses a damaged database", () => {
  inDirectory((path) => {
    recordNode(path);
    const bytes = Deno.readFileSync(path);
    bytes.fill(0xaa, 4_096, bytes.length - 4_096);
    Deno.writeFileSync(path, bytes);
    const error = assertThrows(() => SqliteLedger.open(path), DmlError);
    assertEquals(error.code, "home_unusable");
  });
});

Deno.test("SqliteLedger.open() refuses the database of a newer dml, and one of another program", () => {
  inDirectory((path) => {
    recordNode(path);
    change(path, "PRAGMA user_version = 99");
    assertStringIncludes(assertThrows(() => SqliteLedger.open(path), DmlError).message, "99");
  });
  inDirectory((path) => {
    change(path, "CREATE TABLE others (name TEXT); PRAGMA user_version = 3");
    assertThrows(() => SqliteLedger.open(path), DmlError, "not a ledger");
  });
});

Deno.test("SqliteLedger.open() drops the nodes of a ledger from before they had keys, and keeps the models", () => {
  inDirectory((path) => {
    recordNode(path);
    change(path, "ALTER TABLE nodes DROP COLUMN public_key; ALTER TABLE nodes DROP COLUMN standing");
    change(path, "DROP TABLE node_labels; DROP TABLE requirements; DROP TABLE model_labels");
    change(path, "ALTER TABLE tokens DROP COLUMN plain");
    change(path, "PRAGMA user_version = 3");
    const ledger = SqliteLedger.open(path);
    const { nodes, models } = ledger.load();
    assertEquals([nodes.length, models.length], [0, 1]);
    ledger.close();
  });
});

Deno.test("SqliteLedger.load() refuses an invalid row", () => {
  inDirectory((path) => {
    recordNode(path);
    change(path, "UPDATE nodes SET capabilities = '{\"cores\":0}'");
    const ledger = SqliteLedger.open(path);
    assertThrows(() => ledger.load(), DmlError, "A node in the ledger");
    ledger.close();
  });
});

function change(path: string, statements: string): void {
  const database = new DatabaseSync(path);
  database.exec(statements);
  database.close();
}

Deno.test("SqliteLedger refuses a file whose tokens or audit have other columns with home_unusable", () => {
  inDirectory((path) => {
    recordNode(path);
    const database = new DatabaseSync(path);
    database.exec(
      "ALTER TABLE tokens RENAME COLUMN token_id TO token_ie; ALTER TABLE audit RENAME COLUMN actor TO actos",
    );
    database.close();
    const ledger = SqliteLedger.open(path);
    const options = { clock: { wallMs: () => 0 }, log: SILENT_LOG };
    for (const open of [() => ledger.tokens(), () => ledger.audit(options)]) {
      const error = assertThrows(open, DmlError, path);
      assertEquals(error.code, "home_unusable");
    }
    ledger.close();
  });
});
