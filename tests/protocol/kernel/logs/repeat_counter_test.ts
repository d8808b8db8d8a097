import { RepeatCounter } from "../../../../protocol/kernel/logs/repeat_counter.ts";
import { assertEquals } from "../../../assert.ts";
import { ManualClock } from "../../manual_clock.ts";

Deno.test("RepeatCounter reports a text once, and how often it was repeated, once a minute", () => {
  const clock = new ManualClock();
  const counter = new RepeatCounter(clock);
  assertEquals(["a", "b", "a", "a"].map((text) => counter.isNew(text)), [true, true, false, false]);
  assertEquals(counter.takeDue(), []);
  clock.advance(60_000);
  assertEquals(counter.takeDue(), [{ text: "a", times: 2 }]);
  assertEquals(["a", "b"].map((text) => counter.isNew(text)), [false, true], "only b has been quiet");
  clock.advance(60_000);
  assertEquals(counter.takeDue(), [{ text: "a", times: 1 }]);
  clock.advance(60_000);
  assertEquals([counter.takeDue(), counter.isNew("a")], [[], true]);
});
