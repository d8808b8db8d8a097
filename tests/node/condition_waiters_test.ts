import { ConditionWaiters } from "../../node/condition_waiters.ts";
import { assertEquals } from "../assert.ts";
import { ManualClock } from "../protocol/manual_clock.ts";

Deno.test("ConditionWaiters.wait() resolves at once, on a check, when time is up, or at the end", async () => {
  const clock = new ManualClock();
  const waiters = new ConditionWaiters(clock);
  let holds = false;
  assertEquals(await waiters.wait(() => true, 1_000), true);
  const checked = waiters.wait(() => holds, 1_000);
  waiters.check();
  holds = true;
  waiters.check();
  assertEquals(await checked, true);
  const late = waiters.wait(() => false, 1_000);
  clock.advance(1_000);
  assertEquals(await late, false);
  const ended = waiters.wait(() => false, 1_000);
  waiters.end();
  assertEquals(await ended, false);
});
