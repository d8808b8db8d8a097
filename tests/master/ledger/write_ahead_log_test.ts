import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { WriteAheadLog } from "../../../master/ledger/write_ahead_log.ts";
import { assert, assertEquals } from "../../assert.ts";
import { assertCode } from "../../contract/blob_store_contract.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const ROWS = 200;
const ROW_BYTES = 20_000;

/** Opens a database of rows, each with its number and bytes, and the copies of it. */
async function openFilled() {
  const stack = new AsyncDisposableStack();
  const { path: directory } = stack.use(await temporaryDirectory());
  const path = join(directory, "a.sqlite");
  const database = stack.adopt(new DatabaseSync(path), (opened) => {
    if (opened.isOpen) opened.close();
  });
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE things (number INTEGER PRIMARY KEY, bytes BLOB)");
  const insert = database.prepare("INSERT INTO things (bytes) VALUES (?)");
  const add = () => insert.run(new Uint8Array(ROW_BYTES).fill(7));
  for (let row = 0; row < ROWS; row++) add();
  return { stack, directory, path, database, add, log: new WriteAheadLog(database, path) };
}

function rowsIn(path: string): number {
  using copy = new DatabaseSync(path, { readOnly: true });
  assertEquals(copy.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
  const { count, last } = copy.prepare("SELECT count(*) AS count, max(number) AS last FROM things").get()!;
  assertEquals(count, last, "the rows are the first ones, without a gap");
  return Number(count);
}

Deno.test("WriteAheadLog.copyTo() makes one whole file, also of what is only in the log", async () => {
  const { stack, directory, log, add } = await openFilled();
  await using _ = stack;
  add();
  const copy = join(directory, "copy.sqlite");
  await log.copyTo(copy);
  assertEquals(rowsIn(copy), ROWS + 1);
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => name.startsWith("copy"));
  assertEquals(names, ["copy.sqlite"]);
});

Deno.test("WriteAheadLog.copyTo() lets the thread write meanwhile, and the copy is one of the states", async () => {
  const { stack, directory, log, add } = await openFilled();
  await using _ = stack;
  let before = ROWS;
  for (let round = 0; round < 5; round++) {
    const copy = join(directory, `copy${round}.sqlite`);
    let [isCopied, written] = [false, 0];
    const copying = log.copyTo(copy).finally(() => isCopied = true);
    for (; !isCopied; written++) {
      add();
      await new Promise((resolve) => setTimeout(resolve));
    }
    await copying;
    assert(written > 0, "the thread was free");
    const rows = rowsIn(copy);
    assert(rows >= before && rows <= before + written, `${rows} of ${before} to ${before + written}`);
    before += written;
  }
});

Deno.test("WriteAheadLog.truncate() waits for the copies, and then empties the log", async () => {
  const { stack, directory, path, log, add } = await openFilled();
  await using _ = stack;
  const logBytes = () => Deno.statSync(`${path}-wal`).size;
  add();
  const copying = log.copyTo(join(directory, "copy.sqlite"));
  log.truncate();
  assert(logBytes() > 0);
  await copying;
  assertEquals(logBytes(), 0);
  add();
  assert(logBytes() > 0);
  log.truncate();
  assertEquals(logBytes(), 0);
});

Deno.test("WriteAheadLog.copyTo() of a database that is closed meanwhile leaves nothing", async () => {
  const { stack, directory, log, database } = await openFilled();
  await using _ = stack;
  const copying = log.copyTo(join(directory, "copy.sqlite"));
  database.close();
  await assertCode(copying, "shutting_down");
  assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => name.startsWith("copy")), []);
});
