import { stateOf } from "../../../protocol/blob/blob_state.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { assertEquals } from "../../assert.ts";

const BYTES = new Uint8Array(100_000).fill(7);
const DIGEST = digestOf(BYTES);

Deno.test("stateOf() reads the bytes: whole, damaged or missing", async () => {
  const store = new MemoryBlobStore();
  assertEquals(await stateOf(store, DIGEST), "missing");
  await store.put(DIGEST, BYTES.slice());
  assertEquals(await stateOf(store, DIGEST), "whole");
  const cut = { open: () => Promise.resolve({ size: 10, stream: new Blob([BYTES.slice(0, 10)]).stream() }) };
  assertEquals(await stateOf(cut, DIGEST), "damaged");
});
