import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ModelFileUploads } from "../../../master/models/model_file_uploads.ts";
import { assertEquals, assertRejects } from "../../assert.ts";

const FILE = Uint8Array.from({ length: 10 }, (_, at) => at);
const DIGEST = digestOf(FILE);
const SIZE = FILE.length;

function uploads(durable = new MemoryBlobStore()): ModelFileUploads {
  return new ModelFileUploads({ durable, receptionsMax: 2, idleMs: 100, sparedMs: 1_000 });
}

function piece(start: number, end: number): Uint8Array<ArrayBuffer> {
  return FILE.slice(start, end);
}

async function codeOf(running: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => running, DmlError)).code;
}

Deno.test("ModelFileUploads.take() joins parts in order and keeps a file that matches its digest", async () => {
  const durable = new MemoryBlobStore();
  const taken = uploads(durable);
  assertEquals(await taken.receivedBytes(DIGEST, { size: SIZE, nowMs: 0 }), 0);
  assertEquals(await taken.take(DIGEST, piece(0, 4), { start: 0, size: SIZE, nowMs: 0 }), 4);
  assertEquals(await durable.stat(DIGEST), null);
  assertEquals(await taken.take(DIGEST, piece(4, 10), { start: 4, size: SIZE, nowMs: 0 }), SIZE);
  assertEquals(await durable.read(DIGEST), FILE);
  assertEquals(await taken.receivedBytes(DIGEST, { size: SIZE, nowMs: 0 }), SIZE);
});

Deno.test("ModelFileUploads.take() accepts no part twice or too early, and returns where to continue", async () => {
  const taken = uploads();
  await taken.take(DIGEST, piece(0, 4), { start: 0, size: SIZE, nowMs: 0 });
  assertEquals(await taken.take(DIGEST, piece(0, 4), { start: 0, size: SIZE, nowMs: 0 }), 4);
  assertEquals(await taken.take(DIGEST, piece(8, 10), { start: 8, size: SIZE, nowMs: 0 }), 4);
});

Deno.test("ModelFileUploads.take() discards a file that does not match its digest", async () => {
  const taken = uploads();
  const wrong = FILE.toReversed();
  assertEquals(await codeOf(taken.take(DIGEST, wrong, { start: 0, size: SIZE, nowMs: 0 })), "blob_corrupt");
  assertEquals(await taken.receivedBytes(DIGEST, { size: SIZE, nowMs: 0 }), 0);
});

Deno.test("ModelFileUploads resumes an interrupted upload", async () => {
  const taken = uploads();
  await taken.take(DIGEST, piece(0, 7), { start: 0, size: SIZE, nowMs: 0 });
  await taken.sweep(100);
  assertEquals(await taken.receivedBytes(DIGEST, { size: SIZE, nowMs: 100 }), 7);
});

Deno.test("ModelFileUploads evicts the upload that was idle for longest", async () => {
  const taken = uploads();
  const others = [1, 2].map((at) => digestOf(Uint8Array.of(at)));
  for (const [at, digest] of [DIGEST, ...others].entries()) {
    assertEquals(await taken.receivedBytes(digest, { size: SIZE, nowMs: at }), 0);
  }
  assertEquals(await taken.take(DIGEST, FILE, { start: 0, size: SIZE, nowMs: 9 }), SIZE);
});

Deno.test("ModelFileUploads.receivedBytes() may be called twice at once, and refuses another size", async () => {
  const taken = uploads();
  const ask = () => taken.receivedBytes(DIGEST, { size: SIZE, nowMs: 0 });
  assertEquals(await Promise.all([ask(), ask()]), [0, 0]);
  const other = taken.receivedBytes(DIGEST, { size: SIZE + 1, nowMs: 0 });
  assertEquals(await codeOf(other), "request_invalid");
});

Deno.test("ModelFileUploads.spared() names recently received files", async () => {
  const taken = uploads();
  await taken.take(DIGEST, FILE.slice(), { start: 0, size: SIZE, nowMs: 5 });
  assertEquals([...taken.spared(1_004)], [DIGEST]);
  assertEquals([...taken.spared(1_005)], []);
});
