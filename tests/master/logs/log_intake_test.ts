import { LogIntake } from "../../../master/logs/log_intake.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { LogFields } from "../../../protocol/kernel/log.ts";
import type { LogPosition, LogRecords } from "../../../protocol/messages/log.ts";
import { assert, assertEquals, assertGreater } from "../../assert.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { listLog } from "../master_fixture.ts";
import { ALL, ATTIC, JOURNAL, journalRecord, messages, openStore } from "./store_fixture.ts";

const { nodeId } = ATTIC;

async function openIntake(directory: string) {
  const logged: { level: string; message: string; fields: LogFields }[] = [];
  const { store, clock } = await openStore(directory);
  const sent: LogPosition[] = [];
  const intake = new LogIntake({
    clock,
    log: listLog(logged),
    store,
    nameOf: () => ATTIC.name,
    send: (_nodeId, message) => sent.push(message),
  });
  return { intake, store, clock, sent, logged };
}

function batch(
  sequences: readonly number[],
  more: { lost?: number; message?: string; journal?: string } = {},
): LogRecords {
  const { lost = 0, journal = JOURNAL, message } = more;
  const records = sequences.map((sequence) => {
    const { journal: _journal, ...record } = journalRecord(sequence);
    return { ...record, fields: {}, message: message ?? record.message };
  });
  return { type: "log.records", journal, lost, records };
}

Deno.test("LogIntake tells a node where to begin, and after each message where to go on", async () => {
  await using directory = await temporaryDirectory();
  const { intake, store, sent } = await openIntake(directory.path);
  intake.welcomed(nodeId);
  intake.receive(nodeId, batch([1, 2]));
  assertEquals(sent, [
    { type: "log.position", journal: null, sequence: 0 },
    { type: "log.position", journal: JOURNAL, sequence: 2 },
  ]);
  await store.close();
});

Deno.test("LogIntake stores no record twice", async () => {
  await using directory = await temporaryDirectory();
  const { intake, store } = await openIntake(directory.path);
  for (const sequences of [[1, 2], [2, 3], [1], [3, 4]]) intake.receive(nodeId, batch(sequences));
  await store.close();
  assertEquals(messages((await store.tail(9, ALL)).records), ["m1", "m2", "m3", "m4"]);
});

Deno.test("LogIntake lets a node that waits for its answers send everything", async () => {
  await using directory = await temporaryDirectory();
  const { intake, store, clock, sent, logged } = await openIntake(directory.path);
  const message = "x".repeat(1_900);
  const batches = 40;
  for (let number = 0; number < batches; number++) {
    const before = sent.length;
    intake.receive(nodeId, batch(Array.from({ length: 32 }, (_, index) => number * 32 + index + 1), { message }));
    await store.after(number * 32, { filter: ALL, waitMs: 1_000, signal: new AbortController().signal });
    while (sent.length === before) clock.advance(1_000);
  }
  assertGreater(batches * 32 * message.length, 2 * LIMITS.logBurstBytesMax);
  await store.close();
  assertEquals((await store.tail(1, ALL)).cursor, batches * 32);
  assertEquals(logged, []);
});

Deno.test("LogIntake drops what a node sends without waiting, and says how much, once a minute", async () => {
  await using directory = await temporaryDirectory();
  const { intake, store, clock, logged } = await openIntake(directory.path);
  const message = "x".repeat(3_000);
  const flood = (from: number) => {
    for (let number = 0; number < 10; number++) {
      intake.receive(
        nodeId,
        batch(Array.from({ length: 100 }, (_, index) => from + number * 100 + index), { message }),
      );
    }
  };
  flood(1);
  clock.advance(60_000);
  flood(1_001);
  intake.left(nodeId);
  await store.close();
  const kept = (await store.tail(0, ALL)).cursor;
  const bytesMax = LIMITS.logBurstBytesMax + 60 * LIMITS.logPerSecondBytesMax + 2 * 100 * message.length;
  assert(kept * message.length <= bytesMax, `${kept} records`);
  const dropped = logged.map(({ fields }) => Number(fields.dropped));
  assertEquals(dropped.reduce((sum, count) => sum + count, kept), 2_000);
  assert(logged.length <= 3, `${logged.length} lines`);
  assertEquals(clock.pending, 0, "no answer is due to a node that has left");
});

Deno.test("LogIntake says how many records a node lost", async () => {
  await using directory = await temporaryDirectory();
  const { intake, store, logged } = await openIntake(directory.path);
  intake.receive(nodeId, batch([1], { lost: 12 }));
  intake.receive(nodeId, batch([2], { lost: 1 }));
  assertEquals(logged.map(({ level, fields }) => [level, fields]), [["warn", { lost: 12 }]]);
  intake.left(nodeId);
  assertEquals(logged.map(({ fields }) => fields.lost), [12, 1]);
  await store.close();
});
