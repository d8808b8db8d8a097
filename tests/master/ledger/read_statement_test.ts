import { DatabaseSync } from "node:sqlite";
import { ReadStatement } from "../../../master/ledger/read_statement.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";

function open(values: readonly bigint[]): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE things (value INTEGER)");
  for (const value of values) database.prepare("INSERT INTO things VALUES (?)").run(value);
  return database;
}

const SQL = "SELECT value FROM things WHERE value > :over ORDER BY value";
const what = "The file";

Deno.test("ReadStatement() returns rows as the statement does", () => {
  using database = open([1n, 2n, 3n]);
  const statement = new ReadStatement(database, { sql: SQL, what });
  assertEquals(statement.all({ over: 1 }).map(({ value }) => value), [2, 3]);
  assertEquals(statement.get({ over: 0 })?.value, 1);
  assertEquals(statement.get({ over: 3 }), undefined);
  assertEquals(new ReadStatement(database, { sql: "SELECT ? AS given", what }).get("a")?.given, "a");
});

Deno.test("ReadStatement() throws home_unusable for a number that JavaScript does not have", () => {
  using database = open([1n, 2n ** 63n - 1n]);
  const statement = new ReadStatement(database, { sql: SQL, what });
  const over = { over: 1 };
  for (const read of [() => statement.all(over), () => statement.get(over)]) {
    const error = assertThrows(read, DmlError);
    assertEquals(error.code, "home_unusable");
    assertStringIncludes(error.message, "The file cannot be read: ");
  }
});

Deno.test("ReadStatement() throws home_unusable when SQLite cannot read, and other errors as they are", () => {
  using database = open([1n]);
  const statement = new ReadStatement(database, { sql: SQL, what });
  database.exec("DROP TABLE things");
  for (const read of [() => statement.all({ over: 0 }), () => statement.get({ over: 0 })]) {
    assertEquals(assertThrows(read, DmlError).code, "home_unusable");
  }
  assertThrows(() => new ReadStatement(database, { sql: "SELECT :a", what }).all({ a: {} as never }), TypeError);
});
