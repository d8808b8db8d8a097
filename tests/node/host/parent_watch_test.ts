import { watchStarter } from "../../../node/host/parent_watch.ts";
import { assertEquals } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

Deno.test("watchStarter() calls once when the process that started this one is gone", () => {
  const clock = new ManualClock();
  let parent = 7;
  let calls = 0;
  watchStarter(() => calls++, { clock, parent: () => parent });
  clock.advance(60_000);
  assertEquals(calls, 0);
  parent = 1;
  clock.advance(60_000);
  assertEquals([calls, clock.pending], [1, 0]);
});

Deno.test("watchStarter() ends when it is told to", () => {
  const clock = new ManualClock();
  const end = watchStarter(() => {}, { clock, parent: () => 7 });
  clock.advance(5_000);
  end();
  assertEquals(clock.pending, 0);
});
