import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { assertCode, blobStoreContract, sampleBytes } from "../../contract/blob_store_contract.ts";

blobStoreContract("MemoryBlobStore", {
  remote: false,
  open: () => Promise.resolve({ store: new MemoryBlobStore(), [Symbol.asyncDispose]: async () => {} }),
});

Deno.test("MemoryBlobStore.put() throws queue_full past bytesMax and takes more after a delete", async () => {
  const store = new MemoryBlobStore({ bytesMax: 100 });
  const [first, second] = [sampleBytes(60, 1), sampleBytes(41, 2)];
  await store.put(digestOf(first), first);
  await assertCode(store.put(digestOf(second), second), "queue_full");
  assertEquals(store.bytes, 60);
  await store.put(digestOf(first), first);
  assertEquals(store.bytes, 60);
  await store.delete(digestOf(first));
  await store.put(digestOf(second), second);
  assertEquals(store.bytes, 41);
});

Deno.test("MemoryBlobStore.receive() reserves the whole size and gives it back when the bytes are wrong", async () => {
  const store = new MemoryBlobStore({ bytesMax: 100 });
  const bytes = sampleBytes(80);
  const writer = await store.receive(digestOf(bytes), 80);
  assertEquals(store.bytes, 80);
  await assertCode(store.put(digestOf(sampleBytes(30)), sampleBytes(30)), "queue_full");
  await writer.write(new Uint8Array(80));
  await assertCode(writer.commit(), "blob_corrupt");
  assertEquals(store.bytes, 0);
});

Deno.test("MemoryBlobStore drops receptions that broke off before it says that it is full", async () => {
  const store = new MemoryBlobStore({ bytesMax: 100 });
  const bytes = sampleBytes(80);
  const writer = await store.receive(digestOf(bytes), 80);
  await writer.write(bytes.slice(0, 50));
  await writer.close();
  const other = sampleBytes(90, 2);
  await store.put(digestOf(other), other);
  assertEquals(store.bytes, 90);
});

Deno.test("MemoryBlobStore.receive() goes on behind the bytes that it kept", async () => {
  const store = new MemoryBlobStore();
  const bytes = sampleBytes(80);
  const writer = await store.receive(digestOf(bytes), 80);
  await writer.write(bytes.slice(0, 50));
  await assertRejects(() => store.receive(digestOf(bytes), 80), InvariantError);
  await writer.close();
  assertEquals((await store.receive(digestOf(bytes), 80)).offset, 50);
});
