import { Stopwatch } from "../../../models/pipelines/stopwatch.ts";
import { assertEquals } from "../../assert.ts";

Deno.test("Stopwatch.lap() adds the time since the last lap to its part", () => {
  let nowMs = 100;
  const watch = new Stopwatch(() => nowMs);
  nowMs += 3;
  watch.lap("prepareMs");
  nowMs += 5;
  watch.lap("inferMs");
  nowMs += 7;
  watch.lap("prepareMs");
  watch.lap("interpretMs");
  assertEquals(watch.timings, { prepareMs: 10, inferMs: 5, interpretMs: 0 });
});

Deno.test("Stopwatch.timings are rounded to hundredths of a millisecond, and never exceed the total", () => {
  let nowMs = 0;
  const watch = new Stopwatch(() => nowMs);
  const [prepareMs, inferMs, interpretMs] = [1.239_999, 12.345_678_901, 0.008_7];
  nowMs += prepareMs;
  watch.lap("prepareMs");
  nowMs += interpretMs;
  watch.lap("interpretMs");
  nowMs += inferMs;
  watch.lap("inferMs");
  nowMs += interpretMs;
  watch.lap("interpretMs");
  assertEquals(watch.timings, { prepareMs: 1.23, inferMs: 12.34, interpretMs: 0.01 });
});
