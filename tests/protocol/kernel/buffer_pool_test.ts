import { assert, assertEquals, assertStrictEquals } from "../../assert.ts";
import { BufferPool } from "../../../protocol/kernel/buffer_pool.ts";

Deno.test("take() gives out what was given back", () => {
  const spare = new BufferPool(100);
  const first = spare.take(40);
  spare.release(first);
  const second = spare.take(100);
  assertEquals([first.length, second.length], [40, 100]);
  assertStrictEquals(second.buffer, first.buffer);
});

Deno.test("take() gives nobody what somebody else has", () => {
  const spare = new BufferPool(100);
  const taken = [spare.take(10), spare.take(10), spare.take(10)];
  assertEquals(new Set(taken.map(({ buffer }) => buffer)).size, 3);
  spare.release(taken[1]);
  assertStrictEquals(spare.take(5).buffer, taken[1].buffer);
  assert(spare.take(5).buffer !== taken[1].buffer);
});

Deno.test("take() gives more than is kept, and forgets it", () => {
  const spare = new BufferPool(100);
  const large = spare.take(101);
  assertEquals(large.length, 101);
  spare.release(large);
  assertEquals(spare.take(100).buffer.byteLength, 100);
});
