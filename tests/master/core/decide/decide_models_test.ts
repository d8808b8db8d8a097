import { assertEquals } from "../../../assert.ts";
import { CoreWorld, emptyManifest, idOf } from "../../core_world.ts";

const ONE = idOf("node", 1);
const GIB = 1024 ** 3;

Deno.test("registerModel() offers the model to every node, once", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  world.register(emptyManifest("other"));
  world.register(emptyManifest("other"));
  const offers = world.sentTo(node, "model.offer").map(({ model }) => model);
  assertEquals(offers, ["empty@1", "other@1"]);
});

Deno.test("connectNode() does not offer what a node cannot run", () => {
  const world = new CoreWorld();
  const heavy = {
    ...emptyManifest("heavy"),
    requirements: { engine: "wasm" as const, memoryBytes: 1024 ** 4 },
  };
  const digest = world.register(heavy);
  const node = world.join(ONE, { ready: false });
  assertEquals(world.sentTo(node, "model.offer").map(({ model }) => model), ["empty@1"]);
  assertEquals(
    world.state.nodes.get(ONE)?.connection?.models.get(digest)?.state,
    "unsuitable",
  );
});

Deno.test("offerModelsAgain() repeats an offer that failed for a passing reason, and no other", () => {
  for (const [code, offers] of [["blob_not_found", 2], ["engine_failed", 1], ["deadline_exceeded", 1]] as const) {
    const world = new CoreWorld({ offerAgainMs: 15_000 });
    const node = world.join(ONE, { ready: false });
    world.turn({
      type: "accept_model_failure",
      ...node,
      message: { type: "model.failed", manifestDigest: world.manifestDigest, code, reason: "No." },
    });
    world.pass(14_000, { alive: [node] });
    assertEquals(world.sentTo(node, "model.offer").length, 1);
    world.pass(2_000, { alive: [node] });
    assertEquals(world.sentTo(node, "model.offer").length, offers);
  }
});

Deno.test("acceptReady() ignores a model that is not served", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  const before = world.events.length;
  world.ready(node, `sha256:${"0".repeat(64)}`);
  assertEquals(world.events.length, before);
});

Deno.test("connectNode() does not offer a model that took more memory elsewhere than the host has", () => {
  const world = new CoreWorld();
  const measured = (memoryBytes: number) =>
    world.turn({
      type: "accept_ready",
      ...first,
      message: {
        type: "model.ready",
        manifestDigest: world.manifestDigest,
        imagesPerSecond: 10,
        fetchedBytes: 0,
        warmUpMs: 1,
        memoryBytes,
      },
    });
  const first = world.join(ONE, { ready: false });
  measured(1.5 * GIB);
  measured(0.5 * GIB); // a later measurement of the same model does not hide the first
  const second = world.join(idOf("node", 2), { ready: false, workers: 1 });
  assertEquals(world.sentTo(second, "model.offer").map(({ model }) => model), ["empty@1"]);
  const third = world.join(idOf("node", 3), { ready: false, workers: 2 });
  assertEquals(world.sentTo(third, "model.offer"), []);
  const known = world.state.nodes.get(third.nodeId)?.connection?.models.get(world.manifestDigest);
  assertEquals(
    [known?.state, known?.reason],
    ["unsuitable", "It took 1536 MiB a worker on another node; the host has 2048 for 2 of them."],
  );
});
