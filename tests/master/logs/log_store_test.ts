import { join } from "node:path";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { hasControls } from "../../../protocol/kernel/control_characters.ts";
import { assert, assertEquals, assertGreater } from "../../assert.ts";
import { idOf } from "../core_world.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { ALL, ATTIC, JOURNAL, journalRecord, messages, openStore } from "./store_fixture.ts";

const NOBODY = new AbortController().signal;
const AT_ONCE = { filter: ALL, waitMs: 0, signal: NOBODY };

Deno.test("LogStore keeps the records of the master and of nodes in the order of their arrival, across openings", async () => {
  await using directory = await temporaryDirectory();
  const { store } = await openStore(directory.path);
  store.log.info("one");
  store.accept(ATTIC, journalRecord(1));
  store.log.warn("two", { count: 2 });
  await store.close();
  assertEquals(messages((await store.tail(9, ALL)).records), ["one", "m1", "two"]);
  const again = await openStore(directory.path);
  again.store.log.info("three");
  await again.store.close();
  const { records, cursor } = await again.store.tail(9, ALL);
  assertEquals(messages(records), ["one", "m1", "two", "three"]);
  assertEquals([records.map((record) => record.cursor), cursor], [[1, 2, 3, 4], 4]);
  assertEquals(messages((await again.store.tail(2, ALL)).records), ["two", "three"]);
  assertEquals(messages((await again.store.tail(0, ALL)).records), []);
});

Deno.test("LogStore knows after a restart which records of a node it has", async () => {
  await using directory = await temporaryDirectory();
  const { store } = await openStore(directory.path);
  assertEquals(store.positionOf(ATTIC.nodeId), null);
  store.accept(ATTIC, journalRecord(4));
  store.skip(ATTIC.nodeId, { journal: JOURNAL, sequence: 9 });
  assertEquals(store.positionOf(ATTIC.nodeId), { journal: JOURNAL, sequence: 9 });
  await store.close();
  const again = await openStore(directory.path);
  // What was only counted is not in the files.
  assertEquals(again.store.positionOf(ATTIC.nodeId), { journal: JOURNAL, sequence: 4 });
  assertEquals([4, 5].map((sequence) => again.store.isNew(ATTIC.nodeId, { journal: JOURNAL, sequence })), [
    false,
    true,
  ]);
  await again.store.close();
});

Deno.test("LogStore remembers the position of a node whose records are in older files", async () => {
  await using directory = await temporaryDirectory();
  const { store } = await openStore(directory.path);
  store.accept(ATTIC, journalRecord(7));
  const fields = Object.fromEntries(Array.from({ length: 2 }, (_, index) => [`f${index}`, "x".repeat(1_900)]));
  let written = 0;
  // One file holds a sixteenth of all.
  for (; written * 3_900 < LIMITS.masterLogBytesMax / 16 + 100_000; written++) {
    store.log.info("filler", fields);
    if (written % 100 === 99) await store.after(written, { ...AT_ONCE, waitMs: 1_000 });
  }
  await store.close();
  const names = [...Deno.readDirSync(directory.path)].map(({ name }) => name).sort();
  assertEquals(names, ["000001.jsonl", "000002.jsonl"]);
  await Deno.remove(join(directory.path, names[0]));
  const again = await openStore(directory.path);
  assertEquals(again.store.positionOf(ATTIC.nodeId), { journal: JOURNAL, sequence: 7 });
  assertEquals((await again.store.tail(1, ALL)).cursor, written + 1);
  await again.store.close();
});

Deno.test("LogStore after() pages through everything, across files and what is in memory", async () => {
  await using directory = await temporaryDirectory();
  const first = await openStore(directory.path);
  for (let number = 1; number <= 1_500; number++) first.store.log.info(`m${number}`);
  await first.store.close();
  const { store } = await openStore(directory.path);
  for (let number = 1_501; number <= 4_100; number++) {
    store.log.info(`m${number}`);
    if (number % 500 === 0) await store.after(number - 1, { ...AT_ONCE, waitMs: 1_000 });
  }
  await store.close();
  const seen: string[] = [];
  let pages = 0;
  for (let [cursor, isMore] = [0, true]; isMore; pages++) {
    const page = await store.after(cursor, AT_ONCE);
    seen.push(...messages(page.records));
    ({ cursor, isMore } = page);
  }
  assertEquals(seen, Array.from({ length: 4_100 }, (_, index) => `m${index + 1}`));
  assertEquals(pages, 5);
  assertEquals(messages((await store.after(4_099, AT_ONCE)).records), ["m4100"]);
});

Deno.test("LogStore filters, and moves the cursor past what it left out", async () => {
  await using directory = await temporaryDirectory();
  const { store } = await openStore(directory.path);
  store.log.warn("w");
  store.log.info("i");
  store.accept(ATTIC, journalRecord(1, { level: "error" }));
  await store.close();
  const filter = { ...ALL, level: "warn", source: "master" } as const;
  assertEquals(await store.after(0, { ...AT_ONCE, filter }), {
    records: (await store.tail(9, filter)).records,
    cursor: 3,
    isMore: false,
  });
  assertEquals(messages((await store.tail(9, filter)).records), ["w"]);
});

Deno.test("LogStore after() waits for the next record that matches", async () => {
  await using directory = await temporaryDirectory();
  const { store, clock } = await openStore(directory.path);
  const waiting = store.after(0, { filter: { ...ALL, level: "error" }, waitMs: 5_000, signal: NOBODY });
  store.log.info("not this");
  await store.after(0, { ...AT_ONCE, waitMs: 5_000 });
  store.log.error("this");
  assertEquals(messages((await waiting).records), ["this"]);
  assertEquals(clock.pending, 0);
  await store.close();
});

Deno.test("LogStore after() ends its wait when the time is over, the reader leaves or the store closes", async () => {
  await using directory = await temporaryDirectory();
  const { store, clock } = await openStore(directory.path);
  store.log.info("one");
  const { cursor } = await store.after(0, { ...AT_ONCE, waitMs: 5_000 });
  const reader = new AbortController();
  const waits = [5_000, 60_000, 60_000].map((waitMs, index) =>
    store.after(cursor, { filter: ALL, waitMs, signal: index === 1 ? reader.signal : NOBODY })
  );
  while (clock.pending < waits.length) await new Promise((resolve) => queueMicrotask(() => resolve(null)));
  clock.advance(5_000);
  assertEquals(await waits[0], { records: [], cursor, isMore: false });
  reader.abort();
  assertEquals((await waits[1]).records, []);
  store.endWaits();
  assertEquals((await waits[2]).records, []);
  await store.close();
});

Deno.test("LogStore takes a cursor from the future for one of logs that are gone", async () => {
  await using directory = await temporaryDirectory();
  const { store } = await openStore(directory.path);
  store.log.info("one");
  await store.close();
  assertEquals(await store.after(50, AT_ONCE), { records: [], cursor: 1, isMore: false });
});

Deno.test("LogStore bounds what a node writes: no long line, no controls, no time in the future", async () => {
  await using directory = await temporaryDirectory();
  const { store, clock } = await openStore(directory.path);
  const fields = Object.fromEntries(
    Array.from({ length: 32 }, (_, index) => [`\x1b${index}`, "\u202e\n".repeat(2_000)]),
  );
  const node = { ...ATTIC, name: "\u202e".repeat(100) };
  store.accept(node, journalRecord(1, { message: "m\x07".repeat(2_000), fields, timeMs: clock.wallMs() + 1e9 }));
  await store.close();
  const text = await Deno.readTextFile(join(directory.path, "000001.jsonl"));
  const lines = text.trimEnd().split("\n");
  for (const line of lines) {
    assert(new TextEncoder().encode(`${line}\n`).length <= LIMITS.logLineBytesMax, line);
    assert(!hasControls(line) && !hasControls(JSON.stringify(JSON.parse(line))));
  }
  const [record] = (await store.tail(1, ALL)).records;
  assertEquals(record.timeMs, clock.wallMs());
  assertGreater(record.message.length, 10);
});

Deno.test("LogStore ignores damaged lines", async () => {
  await using directory = await temporaryDirectory();
  const { store } = await openStore(directory.path);
  store.log.info("one");
  await store.close();
  const path = join(directory.path, "000001.jsonl");
  await Deno.writeTextFile(path, `${await Deno.readTextFile(path)}{"cursor":9,"nod`);
  const again = await openStore(directory.path);
  again.store.log.info("two");
  await again.store.close();
  const { records } = await again.store.tail(9, ALL);
  assertEquals(records.map(({ cursor, message }) => [cursor, message]), [[1, "one"], [2, "two"]]);
});

Deno.test("LogStore keeps the nodes apart", async () => {
  await using directory = await temporaryDirectory();
  const { store } = await openStore(directory.path);
  const other = { nodeId: idOf("node", 2), name: "cellar" };
  store.accept(ATTIC, journalRecord(1));
  store.accept(other, journalRecord(1, { message: "of the other" }));
  await store.close();
  assertEquals(messages((await store.tail(9, { ...ALL, source: other.nodeId })).records), ["of the other"]);
});
