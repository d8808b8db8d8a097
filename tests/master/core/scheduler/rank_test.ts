import { assertAlmostEquals, assertEquals } from "../../../assert.ts";
import type { NodeModel } from "../../../../master/core/state/state.ts";
import { expectedMs, firstServiceMs, nextServiceMs, serviceMsOf } from "../../../../master/core/scheduler/rank.ts";
import { CoreWorld, idOf } from "../../core_world.ts";

const ONE = idOf("node", 1);

/**
 * Rows: workers of the node, tasks it already has, and the expected time in milliseconds until one
 * more task of 100 ms is done.
 */
const TABLE = [
  [1, 0, 100],
  [1, 1, 200],
  [1, 2, 300],
  [2, 0, 100],
  [2, 1, 100],
  [2, 2, 150],
  [2, 3, 200],
  [4, 8, 225],
] as const;

for (const [workers, ahead, expected] of TABLE) {
  Deno.test(`expectedMs() of ${ahead} tasks before it and ${workers} workers is ${expected}`, () => {
    const world = new CoreWorld({ prefetchPerWorker: 9 });
    world.join(ONE, { workers, imagesPerSecond: 10 });
    for (let count = 0; count < ahead; count++) world.submit();
    const connection = world.state.nodes.get(ONE)!.connection!;
    assertAlmostEquals(expectedMs(connection, { workers, serviceMs: 100 }), expected, 1e-9);
  });
}

const READY: NodeModel = {
  state: "ready",
  sinceMs: 0,
  imagesPerSecond: 20,
  serviceMs: null,
  reason: null,
  retryable: false,
};

Deno.test("serviceMsOf() starts from the images per second of the warm-up and approaches the measured time", () => {
  assertEquals(serviceMsOf(READY), 50);
  assertEquals(nextServiceMs(READY, 100), 60);
  const measured = { ...READY, serviceMs: 60 };
  assertEquals(serviceMsOf(measured), 60);
  assertEquals(nextServiceMs(measured, 60), 60);
});

Deno.test("firstServiceMs() is finite for a node that measured nothing", () => {
  for (const measured of [null, 0]) assertEquals(firstServiceMs(measured), 1_000);
});

Deno.test("apply() learns a node's service time from its results", () => {
  const world = new CoreWorld();
  const node = world.join(ONE, { imagesPerSecond: 10 });
  for (let attempt = 0; attempt < 40; attempt++) world.result(node, world.submit(), 1);
  const status = world.state.nodes.get(ONE)?.connection?.models.get(world.manifestDigest);
  assertAlmostEquals(status?.serviceMs ?? 0, 50, 0.1);
});
