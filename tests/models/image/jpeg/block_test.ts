import { ZIGZAG } from "../../../../models/image/jpeg/block.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("ZIGZAG goes through a block along its diagonals", () => {
  assertEquals(ZIGZAG.slice(0, 16), [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5]);
  assertEquals(ZIGZAG.slice(-10), [39, 46, 53, 60, 61, 54, 47, 55, 62, 63]);
  assertEquals([...ZIGZAG].sort((one, other) => one - other), Array.from({ length: 64 }, (_, at) => at));
});
