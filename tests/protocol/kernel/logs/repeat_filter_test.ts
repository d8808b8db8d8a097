import { RepeatFilter } from "../../../../protocol/kernel/logs/repeat_filter.ts";
import { assertEquals } from "../../../assert.ts";
import { ManualClock } from "../../manual_clock.ts";

Deno.test("RepeatFilter.isNew() is true for each text, and again after a minute", () => {
  const clock = new ManualClock();
  const filter = new RepeatFilter(clock);
  assertEquals([filter.isNew("one"), filter.isNew("two"), filter.isNew("one")], [true, true, false]);
  clock.advance(59_999);
  assertEquals(filter.isNew("one"), false);
  clock.advance(1);
  assertEquals([filter.isNew("one"), filter.isNew("one")], [true, false]);
});
