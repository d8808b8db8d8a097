import { concat } from "../../../protocol/kernel/concat.ts";
import { assertEquals } from "../../assert.ts";

Deno.test("concat() puts the parts one after the other, empty ones and views of larger memory included", () => {
  const memory = Uint8Array.of(9, 1, 2, 9);
  assertEquals(concat([memory.subarray(1, 3), new Uint8Array(0), Uint8Array.of(3)]), Uint8Array.of(1, 2, 3));
  assertEquals(concat([]), new Uint8Array(0));
});
