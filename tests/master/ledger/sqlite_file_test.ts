import { DatabaseSync } from "node:sqlite";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { inTransaction } from "../../../master/ledger/sqlite_file.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

function open(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE things (name TEXT)");
  return database;
}

function fill(database: DatabaseSync, count: number): void {
  const insert = database.prepare("INSERT INTO things VALUES (?)");
  for (let index = 0; index < count; index++) insert.run("x".repeat(10_000));
}

function countIn(database: DatabaseSync): unknown {
  return database.prepare("SELECT count(*) AS things FROM things").get()?.things;
}

Deno.test("inTransaction() throws disk_full when there is no space, and keeps no part of the transaction", () => {
  const database = open();
  inTransaction(database, { what: "The file", write: () => fill(database, 1) });
  database.exec("PRAGMA max_page_count = 20");
  const write = () => inTransaction(database, { what: "The file", write: () => fill(database, 100) });
  const error = assertThrows(write, DmlError, "The file cannot be written: database or disk is full.");
  assertEquals([error.code, countIn(database)], ["disk_full", 1]);
  database.close();
});

Deno.test("inTransaction() throws home_unusable when the file may not be written", () => {
  const database = open();
  database.exec("PRAGMA query_only = ON");
  const write = () => inTransaction(database, { what: "The file", write: () => fill(database, 1) });
  assertEquals(assertThrows(write, DmlError, "readonly").code, "home_unusable");
  database.close();
});

Deno.test("inTransaction() rethrows errors that are not the file's fault, and keeps no part of the transaction", () => {
  const database = open();
  const write = () => {
    fill(database, 1);
    throw new RangeError("a bug");
  };
  assertThrows(() => inTransaction(database, { what: "The file", write }), RangeError, "a bug");
  assertEquals(countIn(database), 0);
  database.close();
});
