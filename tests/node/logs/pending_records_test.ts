import fc from "fast-check";
import { PendingRecords } from "../../../node/logs/pending_records.ts";
import { jsonBytesOf } from "../../../protocol/kernel/logs/log_record.ts";
import type { JournalRecord } from "../../../protocol/messages/log.ts";
import { assert, assertEquals } from "../../assert.ts";

const [A, B] = ["journal_0000000000000000000a", "journal_0000000000000000000b"];
const AMPLE = { recordsMax: 100, bytesMax: 1_000_000 };
const NOTHING = { journal: null, sequence: 0 };

function record(journal: string, sequence: number, message = "m"): JournalRecord {
  return { timeMs: 1, level: "info", message, fields: {}, journal, sequence };
}

function sequences(pending: PendingRecords): number[] {
  const all: number[] = [];
  for (let batch = pending.take(AMPLE); batch !== null; batch = pending.take(AMPLE)) {
    all.push(...batch.records.map(({ sequence }) => sequence));
  }
  return all;
}

Deno.test("PendingRecords takes batches of one journal within the limits, in order, each record once", () => {
  const step = fc.record({ journal: fc.constantFrom(A, B), length: fc.integer({ min: 0, max: 300 }) });
  const limits = fc.record({ recordsMax: fc.integer({ min: 1, max: 5 }), bytesMax: fc.integer({ min: 1, max: 900 }) });
  fc.assert(fc.property(fc.array(step), limits, (steps, batchLimits) => {
    const pending = new PendingRecords({ bytesMax: 1_000_000 });
    const records = steps.map(({ journal, length }, index) => record(journal, index + 1, "m".repeat(length)));
    for (const one of records) pending.push(one);
    const taken: JournalRecord[] = [];
    for (let batch = pending.take(batchLimits); batch !== null; batch = pending.take(batchLimits)) {
      const { journal } = batch;
      assert(batch.records.length >= 1 && batch.records.length <= batchLimits.recordsMax);
      const own = batch.records.map((one) => ({ ...one, journal }));
      assert(own.length === 1 || own.reduce((sum, one) => sum + jsonBytesOf(one), 0) <= batchLimits.bytesMax);
      assertEquals(batch.lost, 0);
      taken.push(...own);
    }
    assertEquals(taken, records);
    assert(pending.isEmpty);
  }));
});

Deno.test("PendingRecords loses the oldest of too many, and counts them in the next batch", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2_000 }), (count, bytesMax) => {
    const pending = new PendingRecords({ bytesMax });
    for (let sequence = 1; sequence <= count; sequence++) pending.push(record(A, sequence));
    const batch = pending.take({ recordsMax: 100, bytesMax: 1_000_000 });
    assert(batch !== null);
    assertEquals(batch.lost + batch.records.length, count);
    assertEquals(batch.records.at(-1)?.sequence, count, "the newest is always there");
    const bytes = batch.records.reduce((sum, one) => sum + jsonBytesOf({ ...one, journal: A }), 0);
    assert(batch.records.length === 1 || bytes <= bytesMax);
    pending.push(record(A, count + 1));
    assertEquals(pending.take(AMPLE)?.lost, 0, "they are counted once");
  }));
});

Deno.test("PendingRecords pushKept() leaves what is after the position of the master", () => {
  const kept = [record(A, 1), record(A, 2), record(B, 1), record(B, 2)];
  const after = (position: { journal: string | null; sequence: number }) => {
    const pending = new PendingRecords({ bytesMax: 1_000_000 });
    for (const one of kept) pending.pushKept(one, position);
    return sequences(pending);
  };
  assertEquals(after(NOTHING), [1, 2, 1, 2]);
  assertEquals(after({ journal: A, sequence: 1 }), [2, 1, 2]);
  assertEquals(after({ journal: A, sequence: 9 }), [1, 2]);
  assertEquals(after({ journal: B, sequence: 1 }), [2]);
  assertEquals(after({ journal: B, sequence: 2 }), []);
  assertEquals(after({ journal: "journal_0000000000000000000c", sequence: 1 }), [1, 2, 1, 2]);
});

Deno.test("PendingRecords pushKept() counts nothing as lost that the master has", () => {
  const pending = new PendingRecords({ bytesMax: 300 });
  for (let sequence = 1; sequence <= 20; sequence++) {
    pending.pushKept(record(A, sequence), { journal: A, sequence: 19 });
  }
  assertEquals([pending.take(AMPLE)?.lost, pending.isEmpty], [0, true]);
});

Deno.test("PendingRecords append() moves everything, with what was lost", () => {
  const [first, later] = [new PendingRecords({ bytesMax: 10_000 }), new PendingRecords({ bytesMax: 150 })];
  first.push(record(A, 1));
  for (const sequence of [2, 3, 4]) later.push(record(A, sequence));
  first.append(later);
  assert(later.isEmpty);
  const batch = first.take(AMPLE);
  assertEquals([batch?.records.map(({ sequence }) => sequence), batch?.lost], [[1, 4], 2]);
  later.push(record(A, 5));
  assertEquals([later.take(AMPLE)?.lost, later.isEmpty], [0, true]);
});
