import { assertEquals, assertStringIncludes } from "../../../assert.ts";
import { emptyManifest, idOf } from "../../core_world.ts";
import { RolloutWorld } from "../../rollout_world.ts";

const EMPTY = { name: "empty" };

function promoted(): RolloutWorld {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ canary: 0 });
  assertEquals(world.latest, world.newDigest);
  return world;
}

/** Returns the versions that the only node has. */
function held(world: RolloutWorld): string[] {
  const { connection } = world.state.nodes.get(idOf("node", 1))!;
  return [...connection!.models.keys()].map((digest) => world.state.models.get(digest)!.name).sort();
}

Deno.test("registerModel() makes the first version of a name the latest, and no later one", () => {
  const world = new RolloutWorld();
  const node = world.add(1);
  assertEquals(world.latest, world.oldDigest);
  assertEquals(world.sentTo(node, "model.offer").map(({ model }) => model), ["empty@1"]);
});

Deno.test("begin_rollout is refused with the reason", () => {
  const world = new RolloutWorld();
  world.register({ ...emptyManifest("empty", 3), pipeline: "faces", parameters: { scoreMin: 0.5, overlapMax: 0.4 } });
  assertEquals(world.begin({}, { version: 9 }), "model_unknown");
  assertEquals(world.begin({}, { version: 1 }), "request_invalid", "the latest already");
  assertEquals(world.begin({}, { version: 3 }), "request_invalid", "another task");
  assertStringIncludes(world.begin(), "is being rolled out");
  assertEquals(world.begin(), "rollout_running");
  assertEquals(world.tell({ type: "roll_back", name: "nobody" }), "model_unknown");
});

Deno.test("begin_rollout started automatically respects decisions of people", () => {
  const world = new RolloutWorld();
  world.tell({ type: "pin_version", ...EMPTY, version: 1, pinned: true });
  assertEquals(world.begin({}, { automatic: true }), "request_invalid", "the latest is pinned");
  world.tell({ type: "pin_version", ...EMPTY, version: 1, pinned: false });
  assertStringIncludes(world.begin({}, { automatic: true }), "is being rolled out");
  world.tell({ type: "roll_back", ...EMPTY });
  assertEquals(world.begin({}, { automatic: true }), "request_invalid", "it was rolled back");
  assertStringIncludes(world.begin(), "is being rolled out");
});

Deno.test("roll_back returns to the previous version, which the nodes still have, and back again", () => {
  const world = promoted();
  world.tick(20);
  assertEquals(held(world), ["empty@1", "empty@2"]);
  assertStringIncludes(world.tell({ type: "roll_back", ...EMPTY }), "empty@1 is the latest");
  assertEquals(world.latest, world.oldDigest);
  const task = world.ask();
  assertEquals([task.model.name, task.attempts.length], ["empty@1", 1], "served at once");
  assertStringIncludes(world.tell({ type: "roll_back", ...EMPTY }), "empty@2 is the latest");
});

Deno.test("roll_back is refused if there is no previous version", () => {
  assertEquals(new RolloutWorld().tell({ type: "roll_back", ...EMPTY }), "request_invalid");
});

Deno.test("reconcileOffers() retires an unused version once its tasks are done and a delay has passed", () => {
  const world = promoted();
  const third = world.register(emptyManifest("empty", 3));
  world.begin({ canary: 0 }, { version: 3 });
  const task = world.submit(world.oldDigest);
  for (const node of world.nodes) world.readyAll(node);
  world.tick(10);
  assertEquals(world.latest, third);
  assertEquals(held(world), ["empty@1", "empty@2", "empty@3"], "a task still uses the first");
  world.finish(world.state.tasks.get(task)!);
  world.tick(10);
  assertEquals(held(world), ["empty@2", "empty@3"]);
  const retired = world.sentTo(world.nodes[0], "model.retire").map(({ manifestDigest }) => manifestDigest);
  assertEquals(retired, [world.oldDigest]);
});

Deno.test("reconcileOffers() offers an unused version again on request, and its task is answered", () => {
  const world = new RolloutWorld();
  const node = world.add(1);
  const taskId = world.submit(world.newDigest);
  assertEquals(world.sentTo(node, "model.offer").map(({ model }) => model), ["empty@1", "empty@2"]);
  world.readyAll(node);
  world.finish(world.state.tasks.get(taskId)!);
  assertEquals(world.answerOf(taskId)?.ok, true);
  world.tick(10);
  assertEquals(held(world), ["empty@1"]);
});

Deno.test("reconcileOffers() keeps pinned versions on all nodes, those that join later included", () => {
  const world = new RolloutWorld();
  world.tell({ type: "pin_version", ...EMPTY, version: 2, pinned: true });
  world.add(1);
  world.tick(20);
  assertEquals(held(world), ["empty@1", "empty@2"]);
  world.tell({ type: "pin_version", ...EMPTY, version: 2, pinned: false });
  assertEquals(held(world), ["empty@1"]);
});

Deno.test("acceptReady() ignores a version that was just retired", () => {
  const world = new RolloutWorld();
  const node = world.add(1);
  world.begin();
  world.tell({ type: "roll_back", ...EMPTY });
  world.tick(20);
  assertEquals(held(world), ["empty@1"]);
  world.ready(node, world.newDigest);
  assertEquals(held(world), ["empty@1"]);
});

Deno.test("remove_version refuses versions in use, with the reason, and removes others from the nodes", () => {
  const world = promoted();
  const remove = (version: number) => world.tell({ type: "remove_version", ...EMPTY, version });
  assertEquals(remove(2), "model_in_use", "the latest");
  const taskId = world.submit(world.oldDigest);
  assertEquals(remove(1), "model_in_use", "it is asked");
  world.finish(world.state.tasks.get(taskId)!);
  world.tell({ type: "pin_version", ...EMPTY, version: 1, pinned: true });
  assertEquals(remove(1), "model_in_use", "it is pinned");
  world.tell({ type: "pin_version", ...EMPTY, version: 1, pinned: false });
  assertStringIncludes(remove(1), "empty@1 is gone");
  assertEquals(held(world), ["empty@2"]);
  assertEquals(world.state.lineages.get("empty")?.previous, null);
  assertEquals(world.tell({ type: "roll_back", ...EMPTY }), "request_invalid");
  assertEquals(remove(1), "model_unknown");
  assertEquals(remove(2), "model_in_use", "the latest, also when it is the only one");
  assertEquals(world.latest, world.newDigest);
});

Deno.test("remove_model removes the last version of a name, and refuses if there are others or it is in use", () => {
  const world = promoted();
  const removeWhole = () => world.tell({ type: "remove_model", ...EMPTY });
  assertEquals(removeWhole(), "model_in_use", "there are two versions");
  world.tell({ type: "remove_version", ...EMPTY, version: 1 });
  world.tell({ type: "pin_version", ...EMPTY, version: 2, pinned: true });
  assertEquals(removeWhole(), "model_in_use", "it is pinned");
  world.tell({ type: "pin_version", ...EMPTY, version: 2, pinned: false });
  const task = world.ask();
  assertEquals(removeWhole(), "model_in_use", "it is asked");
  world.finish(task);
  assertStringIncludes(removeWhole(), "empty@2 is gone");
  assertEquals([world.latest, held(world)], [undefined, []]);
  assertEquals(removeWhole(), "model_unknown");
});

Deno.test("remove_version refuses a version in a running rollout", () => {
  const world = new RolloutWorld();
  world.begin();
  assertEquals(world.tell({ type: "remove_version", ...EMPTY, version: 2 }), "model_in_use");
});
