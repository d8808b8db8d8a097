import { Statistics } from "../../../../../master/http/dialects/v2/statistics.ts";
import { LIMITS } from "../../../../../protocol/kernel/limits.ts";
import { assertEquals } from "../../../../assert.ts";
import { ManualClock } from "../../../../protocol/manual_clock.ts";

const TIMINGS = { decodeMs: 1, prepareMs: 2, inferMs: 3, interpretMs: 4, drawMs: 0, encodeMs: 0, totalMs: 10 };

Deno.test("Statistics.record() adds requests and their times, in nanoseconds", () => {
  const clock = new ManualClock();
  const statistics = new Statistics(clock);
  const startMs = clock.nowMs();
  clock.advance(15);
  statistics.record("faces@1", { startMs, timings: TIMINGS });
  statistics.record("faces@1", { startMs, timings: null });
  const { name, version, inference_count, last_inference, inference_stats } = statistics.listing("faces@1");
  assertEquals([name, version, inference_count, last_inference], ["faces", "1", 1, clock.wallMs()]);
  const nothing = { count: 0, ns: 0 };
  assertEquals(inference_stats, {
    success: { count: 1, ns: 15e6 },
    fail: { count: 1, ns: 15e6 },
    queue: { count: 1, ns: 5e6 },
    compute_input: { count: 1, ns: 3e6 },
    compute_infer: { count: 1, ns: 3e6 },
    compute_output: { count: 1, ns: 4e6 },
    cache_hit: nothing,
    cache_miss: nothing,
  });
  assertEquals(statistics.listing("other@2").inference_count, 0);
});

Deno.test("Statistics forgets the model that it has known longest once there are too many", () => {
  const clock = new ManualClock();
  const statistics = new Statistics(clock);
  for (let at = 0; at <= LIMITS.modelsMax; at++) {
    statistics.record(`m${at}@1`, { startMs: clock.nowMs(), timings: TIMINGS });
  }
  const counts = ["m0@1", "m1@1", `m${LIMITS.modelsMax}@1`].map((name) => statistics.listing(name).inference_count);
  assertEquals(counts, [0, 1, 1]);
});
