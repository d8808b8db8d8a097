import fc from "fast-check";
import { RateBound } from "../../../master/logs/rate_bound.ts";
import { assert, assertEquals } from "../../assert.ts";

Deno.test("RateBound takes a burst at once, and then so much a second", () => {
  const bound = new RateBound(0, { perSecond: 10, burst: 100 });
  assertEquals([bound.take(60, 0), bound.take(60, 0), bound.take(1, 0)], [true, true, false]);
  assertEquals(bound.waitMs(0), 2_100);
  assertEquals([bound.take(1, 2_000), bound.take(1, 2_100)], [false, true]);
});

Deno.test("RateBound takes no more than the burst, the flow and one overdraft, whatever is tried", () => {
  const step = fc.record({ amount: fc.integer({ min: 1, max: 50 }), waitMs: fc.integer({ min: 0, max: 500 }) });
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const bound = new RateBound(0, { perSecond: 10, burst: 100 });
    let [nowMs, taken] = [0, 0];
    for (const { amount, waitMs } of steps) {
      nowMs += waitMs;
      if (bound.take(amount, nowMs)) taken += amount;
    }
    assert(taken <= 100 + nowMs / 1_000 * 10 + 50);
  }));
});

Deno.test("RateBound refuses nothing to a source that waits as long as it is told", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 50 }), (amounts) => {
    const bound = new RateBound(0, { perSecond: 10, burst: 100 });
    let nowMs = 0;
    for (const amount of amounts) {
      nowMs += bound.waitMs(nowMs);
      assert(bound.take(amount, nowMs));
    }
  }));
});
