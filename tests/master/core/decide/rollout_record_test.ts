import { assertEquals } from "../../../assert.ts";
import { RolloutWorld } from "../../rollout_world.ts";

Deno.test("recordOf() rounds the service times to hundredths of a millisecond; null before the first task", () => {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ canaryTasks: 2, compare: true });
  assertEquals(world.current?.serviceMs, { from: null, to: null });
  world.finish(world.ask(), { serviceMs: 40.123_456_789 });
  for (const shadow of world.part("shadow")) world.finish(shadow, { serviceMs: 20.987_654_321 });
  assertEquals(world.current?.serviceMs, { from: 20.98, to: 40.12 });
});
