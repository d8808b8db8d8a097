import { Stopwatch } from "../../../models/pipelines/stopwatch.ts";
import { assertEquals } from "../../assert.ts";

Deno.test("Stopwatch.lap() books all time since the last lap, and adds up", () => {
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
