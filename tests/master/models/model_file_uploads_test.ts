import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { ModelFileUploads } from "../../../master/models/model_file_uploads.ts";
import { assertEquals, assertRejects } from "../../assert.ts";

const FILE = Uint8Array.from({ length: 10 }, (_, at) => at);
const DIGEST = digestOf(FILE);
const SIZE = FILE.length;

function newUploads(durable = new MemoryBlobStore()): ModelFileUploads {
  return new ModelFileUploads({ durable, receptionsMax: 2, idleMs: 100, unusedKeptMs: 1_000 });
}

function piece(start: number, end: number): Uint8Array<ArrayBuffer> {
  return FILE.slice(start, end);
}

async function codeOf(running: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => running, DmlError)).code;
}

Deno.test("ModelFileUploads.append() puts pieces in order together and keeps what hashes to its name", async () => {
  const durable = new MemoryBlobStore();
  const uploads = newUploads(durable);
  assertEquals(await uploads.receivedBytes(DIGEST, { size: SIZE, nowMs: 0 }), 0);
  assertEquals(await uploads.append(DIGEST, piece(0, 4), { start: 0, size: SIZE, nowMs: 0 }), 4);
  assertEquals(await durable.stat(DIGEST), null);
  assertEquals(await uploads.append(DIGEST, piece(4, 10), { start: 4, size: SIZE, nowMs: 0 }), SIZE);
  assertEquals(await durable.read(DIGEST), FILE);
  assertEquals(await uploads.receivedBytes(DIGEST, { size: SIZE, nowMs: 0 }), SIZE);
});

Deno.test("ModelFileUploads.append() does not take a piece twice, nor one too early, and says where to go on", async () => {
  const uploads = newUploads();
  await uploads.append(DIGEST, piece(0, 4), { start: 0, size: SIZE, nowMs: 0 });
  assertEquals(await uploads.append(DIGEST, piece(0, 4), { start: 0, size: SIZE, nowMs: 0 }), 4);
  assertEquals(await uploads.append(DIGEST, piece(8, 10), { start: 8, size: SIZE, nowMs: 0 }), 4);
});

Deno.test("ModelFileUploads.append() forgets a file that does not hash to its name", async () => {
  const uploads = newUploads();
  const wrong = FILE.toReversed();
  assertEquals(await codeOf(uploads.append(DIGEST, wrong, { start: 0, size: SIZE, nowMs: 0 })), "blob_corrupt");
  assertEquals(await uploads.receivedBytes(DIGEST, { size: SIZE, nowMs: 0 }), 0);
});

Deno.test("ModelFileUploads goes on with what a reception that was left off has kept", async () => {
  const uploads = newUploads();
  await uploads.append(DIGEST, piece(0, 7), { start: 0, size: SIZE, nowMs: 0 });
  await uploads.sweep(100);
  assertEquals(await uploads.receivedBytes(DIGEST, { size: SIZE, nowMs: 100 }), 7);
});

Deno.test("ModelFileUploads lets the reception that waited longest give way", async () => {
  const uploads = newUploads();
  const others = [1, 2].map((at) => digestOf(Uint8Array.of(at)));
  for (const [at, digest] of [DIGEST, ...others].entries()) {
    assertEquals(await uploads.receivedBytes(digest, { size: SIZE, nowMs: at }), 0);
  }
  assertEquals(await uploads.append(DIGEST, FILE, { start: 0, size: SIZE, nowMs: 9 }), SIZE);
});

Deno.test("ModelFileUploads.receivedBytes() may be asked twice at once, and refuses another size", async () => {
  const uploads = newUploads();
  const ask = () => uploads.receivedBytes(DIGEST, { size: SIZE, nowMs: 0 });
  assertEquals(await Promise.all([ask(), ask()]), [0, 0]);
  const other = uploads.receivedBytes(DIGEST, { size: SIZE + 1, nowMs: 0 });
  assertEquals(await codeOf(other), "request_invalid");
});

Deno.test("ModelFileUploads.protectedFiles() names what arrived lately", async () => {
  const uploads = newUploads();
  await uploads.append(DIGEST, FILE.slice(), { start: 0, size: SIZE, nowMs: 5 });
  assertEquals([...uploads.protectedFiles(1_004)], [DIGEST]);
  assertEquals([...uploads.protectedFiles(1_005)], []);
});
