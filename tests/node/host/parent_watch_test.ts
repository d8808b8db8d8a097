import { watchParent } from "../../../node/host/parent_watch.ts";
import { assertEquals } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

Deno.test("watchParent() calls back once when the parent process has ended", () => {
  const clock = new ManualClock();
  let parent = 7;
  let calls = 0;
  watchParent(() => calls++, { clock, parent: () => parent });
  clock.advance(60_000);
  assertEquals(calls, 0);
  parent = 1;
  clock.advance(60_000);
  assertEquals([calls, clock.pending], [1, 0]);
});

Deno.test("watchParent() ends when it is cancelled", () => {
  const clock = new ManualClock();
  const end = watchParent(() => {}, { clock, parent: () => 7 });
  clock.advance(5_000);
  end();
  assertEquals(clock.pending, 0);
});
