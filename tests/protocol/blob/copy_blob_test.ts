import type { BlobStore } from "../../../protocol/ports/blob_store.ts";
import { copyBlob } from "../../../protocol/blob/copy_blob.ts";
import { HttpBlobStore } from "../../../protocol/blob/http_blob_store.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals } from "../../assert.ts";
import { assertCode, sampleBytes } from "../../contract/blob_store_contract.ts";
import { type CuttingServer, cuttingServer } from "./cutting_server.ts";
import { ImpatientClock, STALL_MS, StallingClock } from "./impatient_clock.ts";

const BYTES = sampleBytes(3_000_000);
const DIGEST = digestOf(BYTES);
const SIZE = BYTES.length;

async function storeWith(bytes: Uint8Array<ArrayBuffer>): Promise<MemoryBlobStore> {
  const store = new MemoryBlobStore();
  await store.put(digestOf(bytes), bytes);
  return store;
}

/** Copies the blob of `server` and returns the outcome. */
async function copyFrom(server: CuttingServer, retries?: number) {
  const to = new MemoryBlobStore();
  const clock = new ImpatientClock();
  using from = new HttpBlobStore(server.url);
  const progress: number[] = [];
  const moved = await copyBlob(DIGEST, {
    from,
    to,
    size: SIZE,
    retries,
    clock,
    random: () => 0,
    onProgress: (done) => progress.push(done),
  });
  return { to, clock, moved, progress };
}

Deno.test("copyBlob() copies and says how far it is", async () => {
  const to = new MemoryBlobStore();
  const progress: [number, number][] = [];
  const onProgress = (done: number, total: number) => progress.push([done, total]);
  const from = await storeWith(BYTES);
  assertEquals(await copyBlob(DIGEST, { from, to, size: SIZE, onProgress }), SIZE);
  assertEquals(digestOf(await to.read(DIGEST)), DIGEST);
  assertEquals(progress[0], [0, SIZE]);
  assertEquals(progress.at(-1), [SIZE, SIZE]);
  assert(progress.every(([done], index) => index === 0 || done > progress[index - 1][0]));
});

Deno.test("copyBlob() moves nothing that is there already", async () => {
  const to = await storeWith(BYTES);
  const from = new MemoryBlobStore(); // Has nothing: to ask it would throw.
  assertEquals(await copyBlob(DIGEST, { from, to, size: SIZE }), 0);
});

Deno.test("copyBlob() of an empty blob asks the source for nothing", async () => {
  const to = new MemoryBlobStore();
  const empty = digestOf(new Uint8Array(0));
  assertEquals(await copyBlob(empty, { from: new MemoryBlobStore(), to, size: 0 }), 0);
  assertEquals(await to.stat(empty), 0);
});

Deno.test("copyBlob() goes on where a connection was cut, and no byte is sent twice", async () => {
  const cuts = [700_001, 1, 0, 1_048_576, 250_000];
  await using server = cuttingServer(BYTES, cuts);
  const { to, moved, progress } = await copyFrom(server);
  assertEquals(digestOf(await to.read(DIGEST)), DIGEST);
  assertEquals(moved, SIZE);
  assertEquals(progress.at(-1), SIZE);
  const starts = [0];
  for (const cut of cuts) starts.push(starts.at(-1)! + cut);
  assertEquals(server.starts, starts);
  assertEquals(server.sentBytes, SIZE);
});

Deno.test("copyBlob() goes on behind what an earlier copy left", async () => {
  const to = new MemoryBlobStore();
  const writer = await to.receive(DIGEST, SIZE);
  await writer.write(BYTES.slice(0, 2_000_000));
  await writer.close();
  await using server = cuttingServer(BYTES, []);
  using from = new HttpBlobStore(server.url);
  assertEquals(await copyBlob(DIGEST, { from, to, size: SIZE }), 1_000_000);
  assertEquals(server.starts, [2_000_000]);
});

Deno.test("copyBlob() waits longer after each failure in a row, and less again after progress", async () => {
  await using server = cuttingServer(BYTES, [10, 0, 0, 0, 10, 0]);
  const { clock } = await copyFrom(server);
  assertEquals(clock.waitsMs, [100, 200, 400, 800, 100, 200]);
});

Deno.test("copyBlob() throws connection_lost when its tries are used up, and keeps what came", async () => {
  await using server = cuttingServer(BYTES, [1_000, 0, 0, 0, 0, 0, 0, 0]);
  const to = new MemoryBlobStore();
  using from = new HttpBlobStore(server.url);
  const clock = new ImpatientClock();
  const copying = copyBlob(DIGEST, { from, to, size: SIZE, retries: 3, clock });
  await assertCode(copying, "connection_lost");
  assertEquals(server.starts, [0, 1_000, 1_000, 1_000]);
  assertEquals((await to.receive(DIGEST, SIZE)).offset, 1_000);
});

Deno.test("copyBlob() starts over once when the bytes turn out wrong, then throws blob_corrupt", async () => {
  const wrong = BYTES.slice();
  wrong[1_500_000] ^= 1;
  await using server = cuttingServer(wrong, [2_000_000]);
  const to = new MemoryBlobStore();
  using from = new HttpBlobStore(server.url);
  const clock = new ImpatientClock();
  await assertCode(copyBlob(DIGEST, { from, to, size: SIZE, clock }), "blob_corrupt");
  assertEquals(server.starts, [0, 2_000_000, 0]);
  assertEquals(to.bytes, 0);
});

Deno.test("copyBlob() mends a damaged part that was kept", async () => {
  const to = new MemoryBlobStore();
  const writer = await to.receive(DIGEST, SIZE);
  await writer.write(new Uint8Array(2_000_000));
  await writer.close();
  const moved = await copyBlob(DIGEST, { from: await storeWith(BYTES), to, size: SIZE });
  assertEquals(moved, SIZE + 1_000_000);
  assertEquals(digestOf(await to.read(DIGEST)), DIGEST);
});

Deno.test("copyBlob() throws blob_corrupt when the source has another size", async () => {
  const from = await storeWith(BYTES);
  const to = new MemoryBlobStore();
  await assertCode(copyBlob(DIGEST, { from, to, size: SIZE - 1 }), "blob_corrupt");
});

Deno.test("copyBlob() throws at once what trying again cannot change", async () => {
  const clock = new ImpatientClock();
  const to = new MemoryBlobStore();
  const options = { from: new MemoryBlobStore(), to, size: SIZE, clock };
  await assertCode(copyBlob(DIGEST, options), "blob_not_found");
  assertEquals(clock.waitsMs, []);
});

Deno.test("copyBlob() throws what the destination throws, without a retry", async () => {
  const clock = new ImpatientClock();
  const memory = new MemoryBlobStore();
  const to: Pick<BlobStore, "stat" | "receive"> = {
    stat: (digest) => memory.stat(digest),
    async receive(digest, size) {
      const writer = await memory.receive(digest, size);
      const full = new DmlError("disk_full", "no space is left");
      return { ...writer, write: () => Promise.reject(full) };
    },
  };
  await assertCode(copyBlob(DIGEST, { from: await storeWith(BYTES), to, size: SIZE, clock }), "disk_full");
  assertEquals(clock.waitsMs, []);
});

Deno.test("copyBlob() throws cancelled when the signal aborts in the middle, and keeps what came", async () => {
  const to = new MemoryBlobStore();
  const controller = new AbortController();
  const onProgress = (done: number) => {
    if (done >= 1_000_000) controller.abort();
  };
  // If all bytes were in transit, the rest might arrive before the copy is aborted.
  await using server = cuttingServer(BYTES, [{ stallAfter: 2_000_000 }]);
  using from = new HttpBlobStore(server.url);
  const { signal } = controller;
  await assertCode(copyBlob(DIGEST, { from, to, size: SIZE, signal, onProgress }), "cancelled");
  assert((await to.receive(DIGEST, SIZE)).offset >= 1_000_000);
});

Deno.test("copyBlob() throws cancelled also when the abort breaks the stream between two reads", async () => {
  const abort = new AbortController();
  const from: Pick<BlobStore, "open"> = {
    open(_digest, { signal } = {}) {
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        type: "bytes",
        start(controller) {
          controller.enqueue(BYTES.slice(0, 1_048_576));
          controller.enqueue(BYTES.slice(1_048_576, 2_097_152));
          signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
        },
      });
      return Promise.resolve({ size: SIZE, stream });
    },
  };
  const options = { from, to: new MemoryBlobStore(), size: SIZE, signal: abort.signal };
  const onProgress = (done: number) => done > 0 && abort.abort();
  await assertCode(copyBlob(DIGEST, { ...options, onProgress }), "cancelled");
});

Deno.test("copyBlob() throws cancelled while it waits for its next try", async () => {
  await using server = cuttingServer(BYTES, [0]);
  const controller = new AbortController();
  const clock = {
    nowMs: () => 0,
    wallMs: () => 0,
    after(delayMs: number) {
      if (delayMs !== STALL_MS) queueMicrotask(() => controller.abort());
      return () => {};
    },
  };
  using from = new HttpBlobStore(server.url);
  const options = { from, to: new MemoryBlobStore(), size: SIZE };
  const copying = copyBlob(DIGEST, { ...options, clock, signal: controller.signal });
  await assertCode(copying, "cancelled");
});

Deno.test("copyBlob() breaks off a source that sends nothing and goes on with its next try", async () => {
  await using server = cuttingServer(BYTES, [{ stallAfter: 500_000 }]);
  const to = new MemoryBlobStore();
  const clock = new StallingClock();
  const onProgress = (done: number) => {
    if (done === 500_000 && server.starts.length === 1) queueMicrotask(() => clock.stall());
  };
  using from = new HttpBlobStore(server.url);
  const options = { from, to, size: SIZE, clock, stallMs: STALL_MS, onProgress };
  assertEquals(await copyBlob(DIGEST, options), SIZE);
  assertEquals(server.starts, [0, 500_000]);
  assertEquals(digestOf(await to.read(DIGEST)), DIGEST);
});

Deno.test("copyBlob() breaks off a source that does not even answer", async () => {
  const memory = await storeWith(BYTES);
  const clock = new StallingClock();
  let asked = 0;
  const from: Pick<BlobStore, "open"> = {
    open(digest, options = {}) {
      if (asked++ > 0) return memory.open(digest, options);
      return new Promise((_, reject) => {
        const cancelled = new DmlError("cancelled", "the request was given up");
        options.signal?.addEventListener("abort", () => reject(cancelled));
        queueMicrotask(() => clock.stall());
      });
    },
  };
  const options = { from, to: new MemoryBlobStore(), size: SIZE, clock, stallMs: STALL_MS };
  assertEquals(await copyBlob(DIGEST, options), SIZE);
  assertEquals(asked, 2);
});
