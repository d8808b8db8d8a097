import { assertEquals, assertRejects } from "../../assert.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { type Digest, digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";
import { TransientBlobs } from "../../../master/blobs/transient_blobs.ts";

const TEN = 10;

function bytesOf(fill: number, length = TEN): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(fill);
}

function open(bytesMax = 3 * TEN) {
  const store = new MemoryBlobStore({ bytesMax });
  return { store, blobs: new TransientBlobs({ store, bytesMax, resultKeptMs: 1_000 }) };
}

Deno.test("TransientBlobs() holds a picture while any task needs it", async () => {
  const { store, blobs } = open();
  const digest = await blobs.hold(bytesOf(1));
  assertEquals(await blobs.hold(bytesOf(1)), digest);
  await blobs.release(digest);
  assertEquals([blobs.has(digest), store.bytes], [true, TEN]);
  await blobs.release(digest);
  assertEquals([blobs.has(digest), store.bytes], [false, 0]);
  await assertRejects(() => blobs.release(digest), InvariantError);
});

Deno.test("TransientBlobs() keeps a result for its time, which restarts when it is kept again", async () => {
  const { store, blobs } = open();
  const digest = digestOf(bytesOf(1));
  await blobs.put(digest, bytesOf(1), 0);
  await blobs.sweep(999);
  assertEquals(blobs.has(digest), true);
  blobs.keep(digest, 500);
  await blobs.sweep(1_499);
  assertEquals(blobs.has(digest), true);
  await blobs.sweep(1_500);
  assertEquals([blobs.has(digest), store.bytes], [false, 0]);
});

Deno.test("TransientBlobs() drops a blob that is both picture and result only when neither is needed", async () => {
  const { blobs } = open();
  const digest = await blobs.hold(bytesOf(1));
  await blobs.put(digest, bytesOf(1), 0);
  await blobs.sweep(1_000);
  assertEquals(blobs.has(digest), true, "a task needs it");
  await blobs.put(digest, bytesOf(1), 1_000);
  await blobs.release(digest);
  assertEquals(blobs.has(digest), true, "its minute is not over");
  await blobs.sweep(2_000);
  assertEquals(blobs.has(digest), false);
});

Deno.test("TransientBlobs() evicts the oldest results when pictures need the space, but never a picture", async () => {
  const { blobs } = open();
  const [first, second] = [bytesOf(1), bytesOf(2)];
  await blobs.put(digestOf(first), first, 0);
  await blobs.put(digestOf(second), second, 1);
  const held = await blobs.hold(bytesOf(3));
  await blobs.hold(bytesOf(4));
  assertEquals([blobs.has(digestOf(first)), blobs.has(digestOf(second))], [false, true]);
  await blobs.hold(bytesOf(5));
  assertEquals(blobs.has(digestOf(second)), false);
  const error = await assertRejects(() => blobs.hold(bytesOf(6)), DmlError);
  assertEquals(error.code, "queue_full");
  assertEquals(blobs.has(digestOf(bytesOf(6))), false);
  await blobs.release(held);
  await blobs.hold(bytesOf(6));
});

Deno.test("TransientBlobs.reserve() counts what is on its way", async () => {
  const { blobs } = open();
  const endReservation = await blobs.reserve(2 * TEN);
  await blobs.hold(bytesOf(1));
  assertEquals((await assertRejects(() => blobs.reserve(1), DmlError)).code, "queue_full");
  assertEquals((await assertRejects(() => blobs.hold(bytesOf(2)), DmlError)).code, "queue_full");
  endReservation();
  await blobs.hold(bytesOf(2));
});

Deno.test("TransientBlobs.put() refuses bytes that do not match the digest, and keeps nothing of them", async () => {
  const { store, blobs } = open();
  const digest = digestOf(bytesOf(1));
  assertEquals((await assertRejects(() => blobs.put(digest, bytesOf(2), 0), DmlError)).code, "blob_corrupt");
  assertEquals([blobs.has(digest), store.bytes], [false, 0]);
});

Deno.test("TransientBlobs() shows a result to whom an answer named it, until it expires", async () => {
  const { blobs } = open();
  const readers = (digest: Digest) => (["user", "admin"] as const).filter((reader) => blobs.isShownTo(reader, digest));
  const digest = await blobs.hold(bytesOf(1));
  blobs.show(digest, "user");
  assertEquals(readers(digest), [], "it is a picture of a task, no result");
  await blobs.put(digest, bytesOf(1), 0);
  assertEquals(readers(digest), []);
  blobs.show(digest, "admin");
  assertEquals(readers(digest), ["admin"]);
  blobs.show(digest, "user");
  blobs.show(digest, "admin");
  assertEquals(readers(digest), ["user", "admin"]);
  await blobs.sweep(1_000);
  assertEquals([blobs.has(digest), readers(digest)], [true, []], "a task needs it, but its minute is over");
  await blobs.put(digest, bytesOf(1), 1_000);
  assertEquals(readers(digest), [], "another node has sent it again, but no answer has named it");
});
