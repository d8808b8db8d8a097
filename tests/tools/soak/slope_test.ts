import { slopeOfSecondHalf } from "../../../tools/soak/slope.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../assert.ts";

const MINUTE_MS = 60_000;
const points = (values: readonly number[]) => values.map((value, index) => ({ atMs: index * MINUTE_MS, value }));

Deno.test("slopeOfSecondHalf() is the growth in an hour, and forgets the beginning", () => {
  assertAlmostEquals(slopeOfSecondHalf(points([10, 200, 300, 300, 300, 300, 300, 300]))!, 0);
  assertAlmostEquals(slopeOfSecondHalf(points([900, 5, 3, 100, 101, 102, 103, 104]))!, 60);
  assertAlmostEquals(slopeOfSecondHalf(points([0, 0, 0, 9, 8, 7, 6]))!, -60);
});

Deno.test("slopeOfSecondHalf() finds a growth in noise", () => {
  const noisy = Array.from({ length: 60 }, (_, minute) => 200 + minute + 20 * Math.sin(minute * 7));
  const slope = slopeOfSecondHalf(points(noisy))!;
  assert(slope > 30 && slope < 90, `${slope}`);
});

Deno.test("slopeOfSecondHalf() needs three points at different times", () => {
  assertEquals(slopeOfSecondHalf(points([1, 2, 3, 4])), null);
  assertEquals(slopeOfSecondHalf(Array.from({ length: 8 }, () => ({ atMs: 5, value: 1 }))), null);
});
