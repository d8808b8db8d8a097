import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";
import { digestOf } from "../../../../protocol/kernel/digest.ts";
import { RolloutWorld } from "../../rollout_world.ts";

const IMAGE = { digest: digestOf(new Uint8Array([1])), size: 1 };

Deno.test("advanceRollouts() waits until as many nodes are ready as serve the old version", () => {
  const world = new RolloutWorld();
  const [one, two] = [world.add(1), world.add(2)];
  world.begin({ canary: 0 });
  world.readyAll(one);
  world.tick(3);
  assertEquals(world.current?.stage, "fetching");
  assertEquals(world.current?.nodes, { ready: 1, wanted: 2 });
  assertEquals(world.latest, world.oldDigest);
  world.readyAll(two);
  world.tick(3);
  assertEquals(world.last?.stage, "promoted");
  assertEquals(world.latest, world.newDigest);
  assertEquals(world.state.lineages.get("empty")?.previous, world.oldDigest);
});

Deno.test("advanceRollouts() waits only for the requested number of nodes", () => {
  const world = new RolloutWorld();
  const [one] = [world.add(1), world.add(2)];
  world.begin({ canary: 0, minNodes: 1 });
  world.readyAll(one);
  world.tick(3);
  assertEquals(world.latest, world.newDigest);
});

Deno.test("advanceRollouts() rolls back a version that a node can never load, with the reason", () => {
  const world = new RolloutWorld();
  const [one, two] = [world.add(1), world.add(2)];
  world.begin();
  world.readyAll(one);
  const message = { type: "model.failed", code: "engine_failed", reason: "No operator Foo." } as const;
  world.turn({ type: "accept_model_failure", ...two, message: { ...message, manifestDigest: world.newDigest } });
  world.tick();
  assertEquals(world.last?.stage, "rolled_back");
  assertStringIncludes(world.last?.reason ?? "", "1 of 2 nodes only: No operator Foo.");
  assertEquals(world.latest, world.oldDigest);
});

Deno.test("advanceRollouts() neither counts nor offers the version to a node that lacks its requirements", () => {
  const heavy = new RolloutWorld({}, {
    ...new RolloutWorld().manifest,
    version: 2,
    requirements: { engine: "wasm", memoryBytes: 8 * 1024 ** 3 },
  });
  const small = heavy.add(1);
  const hello = { capabilities: { ...big(), memoryBytes: 64 * 1024 ** 3 } };
  const large = heavy.add(2, { hello });
  heavy.begin({ canary: 0 });
  heavy.readyAll(large);
  heavy.tick(3);
  assertEquals(heavy.last?.nodes, { ready: 1, wanted: 1 });
  assertEquals(heavy.latest, heavy.newDigest);
  assert(!heavy.sentTo(small, "model.offer").some(({ model }) => model === "empty@2"));
});

Deno.test("advanceRollouts() rolls back at once if no node meets the requirements of the version", () => {
  const requirements = { engine: "wasm" as const, memoryBytes: 8 * 1024 ** 3 };
  const world = new RolloutWorld({}, { ...new RolloutWorld().manifest, version: 2, requirements });
  world.add(1);
  world.begin();
  world.tick();
  assertStringIncludes(world.last?.reason ?? "", "0 of 1 nodes only: It needs 8192 MiB");
});

Deno.test("advanceRollouts() promotes once enough canary tasks were answered", () => {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ canaryTasks: 3 });
  assertEquals(world.current?.stage, "canary");
  for (let count = 0; count < 3; count++) {
    assertEquals(world.latest, world.oldDigest);
    const task = world.ask();
    assertEquals(task.model.name, "empty@2");
    world.finish(task);
    world.tick();
  }
  assertEquals(world.last?.stage, "promoted");
  assertEquals(world.last?.canary, { answered: 3, failed: 0, lastFailure: null });
  assertEquals(world.latest, world.newDigest);
});

Deno.test("advanceRollouts() rolls back when canary tasks fail that the old version can do; no user notices", () => {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ canaryTasks: 20, maxError: 0.01 });
  const task = world.ask();
  world.break(task);
  assertEquals(task.model.name, "empty@1", "it was moved to the old version");
  assertEquals(world.current?.canary.failed, 0, "the failure is not attributed yet");
  world.finish(task);
  assertEquals(world.answerOf(task.spec.taskId)?.ok, true);
  world.tick();
  assertEquals(world.last?.stage, "rolled_back");
  assertStringIncludes(world.last?.reason ?? "", "1 of 1 canary pictures failed on it. The last time: engine_failed");
  assertEquals(world.latest, world.oldDigest);
});

Deno.test("advanceRollouts() does not blame the new version for a picture that the old one refuses too", () => {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ canaryTasks: 20 });
  const task = world.ask();
  world.break(task, "image_unreadable");
  world.break(task, "image_unreadable");
  const answer = world.answerOf(task.spec.taskId);
  assertEquals(answer?.ok === false && answer.code, "image_unreadable");
  world.tick();
  assertEquals(world.current?.canary, { answered: 0, failed: 0, lastFailure: null });
});

Deno.test("advanceRollouts() does not blame the new version for a node that was lost", () => {
  const world = new RolloutWorld();
  const [first, second] = [world.add(1), world.add(2)];
  world.canary();
  const task = world.ask();
  const gone = task.attempts[0].nodeId === first.nodeId ? first : second;
  world.lose(gone);
  world.nodes.splice(world.nodes.indexOf(gone), 1);
  assertEquals(task.model.name, "empty@1");
  world.finish(task);
  assertEquals(world.answerOf(task.spec.taskId)?.ok, true);
  assertEquals(world.current?.canary.failed, 0);
});

Deno.test("advanceRollouts() rolls back when answers differ from those of the old version", () => {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ canaryTasks: 4, compare: true });
  for (let count = 0; count < 4 && world.last === undefined; count++) {
    world.finish(world.ask(), { persons: 3 });
    for (const shadow of world.part("shadow")) {
      assertEquals(shadow.model.name, "empty@1");
      world.finish(shadow, { persons: 1 });
    }
    world.tick();
  }
  assertEquals(world.last?.stage, "rolled_back");
  assertStringIncludes(world.last?.reason ?? "", "Of 1 and 3 persons, 1 are the same.");
  assertEquals(world.last?.comparisons.drifted, 1);
});

Deno.test("advanceRollouts() promotes a version whose compared answers are equal", () => {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ canaryTasks: 2, compare: true });
  for (let count = 0; count < 2; count++) {
    world.finish(world.ask(), { persons: 2 });
    world.tick();
    assertEquals(world.current?.stage, "canary", "the comparison is still to come");
    for (const shadow of world.part("shadow")) world.finish(shadow, { persons: 2 });
  }
  world.tick();
  assertEquals(world.last?.stage, "promoted");
  assertEquals(world.last?.comparisons, { made: 2, drifted: 0, worstDrift: 0, lastDrift: null });
});

Deno.test("advanceRollouts() rolls back a version that takes too long", () => {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ canaryTasks: 2, compare: true, maxSlowdown: 1.5 });
  for (let count = 0; count < 2; count++) {
    world.finish(world.ask(), { serviceMs: 40 });
    for (const shadow of world.part("shadow")) world.finish(shadow, { serviceMs: 20 });
  }
  world.tick();
  assertEquals(world.last?.stage, "rolled_back");
  assertEquals(world.last?.reason, "It takes 40.0 ms a picture, the old version 20.0 ms.");
});

Deno.test("advanceRollouts() moves a canary task that hangs to the old version", () => {
  const world = new RolloutWorld({ canaryPatienceMs: 1_000 });
  const node = world.add(1);
  world.canary();
  const task = world.ask();
  world.tick(6);
  assertEquals(task.model.name, "empty@1");
  assertEquals(world.sentTo(node, "task.cancel").map(({ taskId }) => taskId), [task.spec.taskId]);
  world.finish(task);
  assertEquals(world.answerOf(task.spec.taskId)?.ok, true);
  world.tick();
  assertStringIncludes(world.last?.reason ?? "", "deadline_exceeded");
});

Deno.test("advanceRollouts() runs the model's own tests before tasks of users", () => {
  for (const [persons, stage] of [[2, "promoted"], [1, "rolled_back"]] as const) {
    const world = new RolloutWorld();
    world.add(1);
    world.canary({ canary: 0, tests: [{ image: IMAGE, expect: { persons: 2 } }] });
    assertEquals(world.ask().model.name, "empty@1");
    const [test] = world.part("test");
    assertEquals([test.model.name, test.spec.image], ["empty@2", IMAGE]);
    world.finish(test, { persons });
    world.tick(2);
    assertEquals(world.last?.stage, stage);
    assertEquals(world.last?.tests, { passed: persons === 2 ? 1 : 0, total: 1 });
  }
});

Deno.test("advanceRollouts() rolls back when a test image cannot be processed", () => {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ tests: [{ image: IMAGE, expect: {} }] });
  world.break(world.part("test")[0]);
  world.tick();
  assertStringIncludes(world.last?.reason ?? "", "0 of its 1 own test pictures were answered.");
});

Deno.test("advanceRollouts() rolls back at its deadline, but promotes an automatic update that nobody could try", () => {
  for (const automatic of [false, true]) {
    const world = new RolloutWorld();
    const node = world.add(1);
    world.begin({ deadlineMs: 5_000 }, { automatic });
    world.readyAll(node);
    world.tick(30);
    assertEquals(world.last?.stage, automatic ? "promoted" : "rolled_back");
    assertStringIncludes(world.last?.reason ?? "", "0 of 4 canary pictures");
  }
});

Deno.test("endRollout() moves canary tasks off a version that is rolled back", () => {
  const world = new RolloutWorld();
  world.add(1);
  world.canary({ compare: true });
  world.finish(world.ask());
  assertEquals(world.part("shadow").length, 1);
  const tasks = [world.ask(), world.ask()];
  world.tell({ type: "roll_back", name: "empty" });
  assertEquals(tasks.map(({ model }) => model.name), ["empty@1", "empty@1"]);
  assertEquals(world.part("shadow"), [], "the comparison is no longer needed");
  for (const task of tasks) world.finish(task);
  assertEquals(tasks.map(({ spec }) => world.answerOf(spec.taskId)?.ok), [true, true]);
  assertEquals(world.last?.reason, "It was rolled back by hand.");
});

Deno.test("a task keeps the version with which it started when the latest one changes", () => {
  const world = new RolloutWorld();
  world.add(1);
  const before = world.ask();
  world.canary({ canary: 0 });
  assertEquals(world.latest, world.newDigest);
  assertEquals(before.model.name, "empty@1");
  assertEquals(world.ask().model.name, "empty@2");
  world.finish(before);
  assertEquals(world.answerOf(before.spec.taskId)?.ok, true);
});

function big() {
  return { os: "linux", arch: "x86_64", cores: 2, workers: 1, engines: ["wasm" as const, "none" as const] };
}
