import { assertEquals } from "../../../assert.ts";
import {
  capacityOf,
  explain,
  isServable,
  type Obstacle,
  obstacleOf,
} from "../../../../master/core/scheduler/feasible.ts";
import { CoreWorld, emptyManifest, idOf } from "../../core_world.ts";

const ONE = idOf("node", 1);

/** Action on a node that joined and is not ready, its obstacle then, and whether it could serve. */
const TABLE: [string, (world: CoreWorld, node: ReturnType<CoreWorld["join"]>) => void, Obstacle | null, boolean][] = [
  ["it was just offered", () => {}, "loading", true],
  ["it is ready", (world, node) => world.ready(node, world.manifestDigest), null, true],
  ["it left", (world, node) => world.lose(node), "offline", false],
  [
    "it is silent",
    (world, node) => {
      world.ready(node, world.manifestDigest);
      world.pass(3_200);
    },
    "suspect",
    true,
  ],
  [
    "it was told to drain",
    (world, { nodeId }) => {
      const commandId = idOf("command", 1);
      world.turn({ type: "run_node_command", commandId, nodeId, command: "drain" });
    },
    "draining",
    false,
  ],
  [
    "it failed to load it",
    (world, node) => {
      const { manifestDigest } = world;
      const message = { type: "model.failed", manifestDigest, code: "engine_failed", reason: "" } as const;
      world.turn({ type: "accept_model_failure", ...node, message });
    },
    "failed",
    false,
  ],
  [
    "it has all it can hold",
    (world, node) => {
      world.ready(node, world.manifestDigest);
      world.submit();
      world.submit();
    },
    "full",
    true,
  ],
];

for (const [what, prepare, obstacle, servable] of TABLE) {
  Deno.test(`obstacleOf() ${obstacle ?? "finds none"} when ${what}`, () => {
    const world = new CoreWorld({ prefetchPerWorker: 1 });
    const joined = world.join(ONE, { ready: false });
    prepare(world, joined);
    const node = world.state.nodes.get(ONE)!;
    assertEquals(obstacleOf(node, world.manifestDigest, world.state.settings), obstacle);
    assertEquals(isServable(world.state, world.manifestDigest), servable);
  });
}

Deno.test("obstacleOf() distinguishes an unsuitable node from one without an offer", () => {
  const world = new CoreWorld();
  const heavy = {
    ...emptyManifest("heavy"),
    requirements: { engine: "none" as const, memoryBytes: 1024 ** 4 },
  };
  world.join(ONE);
  const digest = world.register(heavy);
  const node = world.state.nodes.get(ONE)!;
  assertEquals(obstacleOf(node, digest, world.state.settings), "unsuitable");
  const strange = `sha256:${"0".repeat(64)}` as const;
  assertEquals(obstacleOf(node, strange, world.state.settings), "unoffered");
});

Deno.test("capacityOf() counts the workers and their prefetched tasks", () => {
  const world = new CoreWorld();
  world.join(ONE, { workers: 3 });
  const node = world.state.nodes.get(ONE)!;
  assertEquals(capacityOf(node, { prefetchPerWorker: 0 }), 3);
  assertEquals(capacityOf(node, { prefetchPerWorker: 2 }), 9);
});

Deno.test("explain() counts the nodes by obstacle", () => {
  const world = new CoreWorld();
  const [model] = world.state.models.values();
  assertEquals(explain(world.state, model), "No node can serve empty@1: none has ever joined.");
  world.lose(world.join(ONE));
  world.lose(world.join(idOf("node", 2)));
  world.join(idOf("node", 3), { ready: false });
  assertEquals(
    explain(world.state, model),
    "No node can serve empty@1: of 3 known, 2 not connected, 1 loading it.",
  );
});

Deno.test("obstacleOf() lets a node have more tasks of a fast model, up to its limit", () => {
  const world = new CoreWorld({ prefetchPerWorker: 1, feedAheadMs: 10, attemptsPerWorkerMax: 8 });
  world.join(ONE, { imagesPerSecond: 500 });
  for (let task = 0; task < 20; task++) world.submit();
  // Five tasks of 2 ms keep one worker busy for 10 ms.
  assertEquals(world.state.nodes.get(ONE)!.connection!.attempts.size, 5);
  const quick = new CoreWorld({ prefetchPerWorker: 1, feedAheadMs: 10, attemptsPerWorkerMax: 8 });
  quick.join(ONE, { imagesPerSecond: 1_000_000 });
  for (let task = 0; task < 20; task++) quick.submit();
  assertEquals(quick.state.nodes.get(ONE)!.connection!.attempts.size, 8);
});
