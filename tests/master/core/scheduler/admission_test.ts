import { assert, assertEquals } from "../../../assert.ts";
import { refusalOf, retryAfterMs } from "../../../../master/core/scheduler/admission.ts";
import { CoreWorld, idOf } from "../../core_world.ts";

Deno.test("refusalOf() admits tasks up to the limit, and again when there is room", () => {
  const world = new CoreWorld({ tasksQueuedMax: 1 });
  const refusal = () => refusalOf(world.state, world.manifestDigest);
  assertEquals(refusal(), null);
  const taskId = world.submit();
  assertEquals(refusal()?.code, "queue_full");
  world.turn({ type: "cancel_task", taskId });
  assertEquals(refusal(), null);
});

Deno.test("retryAfterMs() is the time until half of the queue should be done, within bounds", () => {
  const world = new CoreWorld();
  for (let count = 0; count < 100; count++) world.submit();
  const wait = () => retryAfterMs(world.state, world.manifestDigest);
  assertEquals(wait(), 60_000, "no node works on the queue");
  world.join(idOf("node", 1), { imagesPerSecond: 10, workers: 2 });
  assertEquals(wait(), 2_500);
  world.join(idOf("node", 2), { imagesPerSecond: 10_000 });
  assertEquals(wait(), 1_000);
  assert(Number.isInteger(wait()));
});
