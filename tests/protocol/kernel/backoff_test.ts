import fc from "fast-check";
import { backoffMs } from "../../../protocol/kernel/backoff.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { assert, assertEquals } from "../../assert.ts";

Deno.test("backoffMs() doubles up to the limit", () => {
  const options = { random: () => 1, minMs: 200, maxMs: 1_000 };
  const waits = [1, 2, 3, 4, 5, 2_000].map((failures) => backoffMs(failures, options));
  assertEquals(waits, [200, 400, 800, 1_000, 1_000, 1_000]);
});

Deno.test("backoffMs() never waits less than half, nor more than the limit", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer(), (failures, seed) => {
    const waitMs = backoffMs(failures, { random: seededRandom(seed), minMs: 100, maxMs: 5_000 });
    const fullMs = Math.min(5_000, 100 * 2 ** (failures - 1));
    assert(waitMs >= fullMs / 2 && waitMs <= fullMs);
  }));
});
