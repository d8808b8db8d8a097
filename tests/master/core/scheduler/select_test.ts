import { assert, assertEquals } from "../../../assert.ts";
import { hashText } from "../../../../protocol/kernel/random.ts";
import { tieBreaker } from "../../../../master/core/scheduler/select.ts";
import { CoreWorld, emptyManifest, idOf } from "../../core_world.ts";

Deno.test("selectNode() takes the node that finishes first, considering its queue and its speed", () => {
  const world = new CoreWorld({ prefetchPerWorker: 9 });
  const fast = world.join(idOf("node", 1), { imagesPerSecond: 10 });
  const slow = world.join(idOf("node", 2), { imagesPerSecond: 4 });
  const tasks = [1, 2, 3, 4, 5].map(() => world.submit());
  const [toFast, toSlow] = [fast, slow].map((node) =>
    world.sentTo(node, "task.assign").map(({ taskId }) => tasks.indexOf(taskId))
  );
  // The fast node finishes at 100 and 200 ms; for the third task the slow one is sooner (250
  // instead of 300); then 300 and 400.
  assertEquals(toFast, [0, 1, 3, 4]);
  assertEquals(toSlow, [2]);
});

Deno.test("selectNode() fills equal nodes evenly, and prefers none of them", () => {
  const world = new CoreWorld({ prefetchPerWorker: 0 });
  const nodes = [1, 2, 3, 4].map((number) => world.join(idOf("node", number)));
  const firsts = nodes.map(() => 0);
  for (let round = 0; round < 400; round++) {
    const taskId = world.submit();
    const chosen = nodes.findIndex(({ nodeId }) => world.state.nodes.get(nodeId)?.connection?.attempts.has(taskId));
    firsts[chosen]++;
    world.turn({ type: "cancel_task", taskId });
  }
  for (const count of firsts) assert(count > 50 && count < 150, `uneven: ${firsts}`);
});

Deno.test("tieBreaker() orders the same nodes differently for different tasks", () => {
  const nodes = ["a", "b", "c"].map(hashText);
  const pendingCommands = new Set<string>();
  for (let task = 0; task < 200; task++) {
    const keys = nodes.map((node) => tieBreaker(hashText(`task${task}`), node));
    pendingCommands.add([0, 1, 2].sort((one, other) => keys[one] - keys[other]).join());
  }
  assertEquals(pendingCommands.size, 6);
});

Deno.test("schedule() does not let the queue of one model block that of another", () => {
  const world = new CoreWorld({ prefetchPerWorker: 0 });
  const other = world.register(emptyManifest("other"));
  const first = world.join(idOf("node", 1), { ready: false });
  const second = world.join(idOf("node", 2), { ready: false });
  world.ready(first, world.manifestDigest);
  world.ready(second, other);
  const [running, waiting] = [world.submit(), world.submit()];
  const overtaking = world.submit(other);
  assertEquals(world.sentTo(first, "task.assign").map(({ taskId }) => taskId), [running]);
  assertEquals(world.sentTo(second, "task.assign").map(({ taskId }) => taskId), [overtaking]);
  assert(world.state.tasks.get(waiting)?.waiting);
});

Deno.test("schedule() serves models in the order of their tasks", () => {
  const world = new CoreWorld({ prefetchPerWorker: 0 });
  const other = world.register(emptyManifest("other"));
  const node = world.join(idOf("node", 1));
  const { manifestDigest } = world;
  const tasks = [manifestDigest, other, manifestDigest, other].map((digest) => world.submit(digest));
  for (const [index, taskId] of tasks.entries()) {
    world.result(node, taskId, 1, index % 2 === 0 ? "empty@1" : "other@1");
  }
  assertEquals(world.sentTo(node, "task.assign").map(({ taskId }) => taskId), tasks);
});

Deno.test("schedule() does not let a task that waits for another node block later tasks", () => {
  const world = new CoreWorld({ prefetchPerWorker: 0 });
  const one = world.join(idOf("node", 1), { imagesPerSecond: 100 });
  const two = world.join(idOf("node", 2), { imagesPerSecond: 1 });
  const [failing, , next] = [world.submit(), world.submit(), world.submit()];
  world.fail(one, failing, 1, { code: "blob_not_found" });
  // The second node is busy, and the first one has already tried.
  assertEquals(world.sentTo(one, "task.assign").map(({ taskId }) => taskId), [failing, next]);
  assert(world.state.tasks.get(failing)?.waiting);
  assertEquals(world.sentTo(two, "task.assign").length, 1);
});

Deno.test("schedule() does not let a failed task wait for a node that is still loading", () => {
  const world = new CoreWorld();
  const one = world.join(idOf("node", 1));
  world.join(idOf("node", 2), { ready: false });
  const taskId = world.submit();
  world.fail(one, taskId, 1, { code: "blob_not_found" });
  assertEquals(world.sentTo(one, "task.assign").map(({ attempt }) => attempt), [1, 2]);
});
