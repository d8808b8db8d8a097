import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";
import { availabilityOf, CoreWorld, idOf, predictionOf } from "../../core_world.ts";

const ONE = idOf("node", 1);
const TWO = idOf("node", 2);
const THREE = idOf("node", 3);
/** Silence after which a node is lost, with a tick to spare. */
const SILENCE_MS = 6_400;

Deno.test("submitTask() assigns the task to the node and answers with its result", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  const taskId = world.submit();
  const [assign] = world.sentTo(node, "task.assign");
  assertEquals(assign, {
    type: "task.assign",
    taskId,
    attempt: 1,
    manifestDigest: world.manifestDigest,
    image: null,
    options: { annotate: false, embeddings: false, gallery: null, crops: false },
    deadlineMs: 120_000,
  });
  assertEquals(world.answerOf(taskId), undefined);
  world.result(node, taskId, 1);
  assertEquals(world.answerOf(taskId), {
    ok: true,
    prediction: predictionOf("empty@1"),
    annotated: null,
    times: { queuedMs: 0, awayMs: 0, serviceMs: 0, attempts: 1 },
  });
  assertEquals(world.state.nodes.get(ONE)?.completed, 1);
});

Deno.test("submitTask() refuses unknown models, and everything beyond the limit", () => {
  const world = new CoreWorld({ tasksQueuedMax: 2 });
  const unknown = world.submit(`sha256:${"0".repeat(64)}`);
  const [first, second, third] = [world.submit(), world.submit(), world.submit()];
  assertEquals(code(world, unknown), "model_unknown");
  assertEquals([code(world, first), code(world, second)], [null, null]);
  const refusal = world.answerOf(third);
  assert(refusal?.ok === false && refusal.code === "queue_full");
  assert((refusal.retryAfterMs ?? 0) >= 1_000);
});

Deno.test("acceptResult() ignores late and repeated results, and those of other nodes and attempts", () => {
  const world = new CoreWorld();
  const [one, two] = [world.join(ONE), world.join(TWO, { imagesPerSecond: 1 })];
  const taskId = world.submit();
  assertEquals(world.sentTo(one, "task.assign").length, 1);
  assertEquals(world.result(two, taskId, 1), []);
  assertEquals(world.result(one, taskId, 2), []);
  assertEquals(world.result({ ...one, connectionId: 99 }, taskId, 1), []);
  assert(world.result(one, taskId, 1).length > 0);
  assertEquals(world.result(one, taskId, 1), []);
  assertEquals(world.fail(one, taskId, 1, { code: "worker_died" }), []);
  assertEquals(world.answerOf(taskId)?.ok, true);
});

Deno.test("acceptResult() rejects a result of another model, and a made-up model name", () => {
  const world = new CoreWorld({ attemptsMax: 1 });
  const node = world.join(ONE);
  const wrong = world.submit();
  world.result(node, wrong, 1, `${ONE.slice(5)}@1`);
  const refusal = world.answerOf(wrong);
  assert(refusal?.ok === false && refusal.code === "attempt_failed");
  assert(!refusal.reason.includes(ONE.slice(5)));

  const named = world.submit();
  const point = { x: 0, y: 0 };
  const person = {
    box: { x: 0, y: 0, width: 1, height: 1 },
    score: 1,
    landmarks: [point, point, point, point, point],
    name: "host-17",
    similarity: 1,
  };
  world.turn({
    type: "accept_result",
    ...node,
    message: {
      type: "task.result",
      taskId: named,
      attempt: 1,
      prediction: { ...predictionOf("empty@1"), persons: [person] },
      annotated: null,
      serviceMs: 1,
    },
  });
  assertEquals(code(world, named), "attempt_failed");
});

Deno.test("acceptTaskFailure() answers at once when the picture itself is at fault", () => {
  for (const fault of ["image_empty", "image_unsupported", "image_unreadable", "engine_failed"]) {
    const world = new CoreWorld();
    const [one] = [world.join(ONE), world.join(TWO, { imagesPerSecond: 1 })];
    const taskId = world.submit();
    world.fail(one, taskId, 1, { code: fault, reason: "It ends amid a marker." });
    assertEquals(world.answerOf(taskId), {
      ok: false,
      code: fault,
      reason: "It ends amid a marker.",
    } as never);
    assertEquals(world.state.tasks.size, 0);
  }
});

Deno.test("acceptTaskFailure() retries on another node first, on the same one only if there is no other", () => {
  const world = new CoreWorld();
  const one = world.join(ONE, { imagesPerSecond: 100 });
  const taskId = world.submit();
  world.fail(one, taskId, 1, { code: "blob_not_found" });
  assertEquals(world.sentTo(one, "task.assign").map(({ attempt }) => attempt), [1, 2]);
  const two = world.join(TWO, { imagesPerSecond: 1 });
  world.fail(one, taskId, 2, { code: "blob_not_found" });
  assertEquals(world.sentTo(two, "task.assign").map(({ attempt }) => attempt), [3]);
});

Deno.test("acceptTaskFailure() queues a failed task before later ones", () => {
  const world = new CoreWorld({ prefetchPerWorker: 0 });
  const node = world.join(ONE);
  const [first, second] = [world.submit(), world.submit()];
  world.fail(node, first, 1, { code: "blob_not_found" });
  const order = world.sentTo(node, "task.assign").map(({ taskId }) => taskId);
  assertEquals(order, [first, first]);
  world.result(node, first, 2);
  assertEquals(world.sentTo(node, "task.assign").at(-1)?.taskId, second);
});

Deno.test("acceptTaskFailure() gives up after attemptsMax and reports the number of attempts", () => {
  const world = new CoreWorld({ attemptsMax: 3 });
  const node = world.join(ONE);
  const taskId = world.submit();
  for (const attempt of [1, 2, 3]) {
    assertEquals(code(world, taskId), null);
    world.fail(node, taskId, attempt, { code: "disk_full", reason: "No space is left." });
  }
  const refusal = world.answerOf(taskId);
  assert(refusal?.ok === false && refusal.code === "attempt_failed");
  assertStringIncludes(refusal.reason, "3 times");
  assertStringIncludes(refusal.reason, "No space is left.");
});

Deno.test("acceptTaskFailure() answers task_poisoned for workers killed on two nodes, not twice on one", () => {
  const world = new CoreWorld();
  const one = world.join(ONE, { imagesPerSecond: 100 });
  const taskId = world.submit();
  world.fail(one, taskId, 1, { code: "worker_died" });
  world.fail(one, taskId, 2, { code: "worker_died" });
  assertEquals(code(world, taskId), null);
  // It runs on the first node a third time, because there is no other; then another one joins.
  const two = world.join(TWO);
  world.fail(one, taskId, 3, { code: "connection_lost" });
  world.fail(two, taskId, 4, { code: "worker_died" });
  assertEquals(code(world, taskId), "task_poisoned");
});

Deno.test("acceptTaskFailure() does not count an attempt that ends because its node is leaving", () => {
  const world = new CoreWorld({ attemptsMax: 1 });
  const one = world.join(ONE, { imagesPerSecond: 100 });
  const two = world.join(TWO, { imagesPerSecond: 1 });
  const taskId = world.submit();
  world.fail(one, taskId, 1, { code: "shutting_down" });
  assertEquals(code(world, taskId), null);
  assertEquals(world.sentTo(two, "task.assign").map(({ attempt }) => attempt), [2]);
  // The node gets no task until it reports that it is available.
  world.submit();
  assertEquals(world.sentTo(one, "task.assign").length, 1);
});

Deno.test("acceptTaskFailure() limits how often a node may return a task", () => {
  const world = new CoreWorld({ attemptsMax: 2 });
  const node = world.join(ONE);
  const taskId = world.submit();
  for (let attempt = 1; attempt <= 20 && code(world, taskId) === null; attempt++) {
    world.fail(node, taskId, attempt, { code: "shutting_down" });
    world.turn({ type: "update_availability", ...node, availability: availabilityOf() });
  }
  assertEquals(code(world, taskId), "attempt_failed");
});

Deno.test("cancelTask() notifies the node, and answers that the task was cancelled", () => {
  const world = new CoreWorld({ prefetchPerWorker: 0 });
  const node = world.join(ONE);
  const [running, waiting] = [world.submit(), world.submit()];
  world.turn({ type: "cancel_task", taskId: waiting });
  assertEquals(world.sentTo(node, "task.cancel"), []);
  world.turn({ type: "cancel_task", taskId: running });
  assertEquals(world.sentTo(node, "task.cancel"), [
    { type: "task.cancel", taskId: running, attempt: 1 },
  ]);
  assertEquals([code(world, waiting), code(world, running)], ["cancelled", "cancelled"]);
  assertEquals(world.turn({ type: "cancel_task", taskId: running }), []);
});

Deno.test("loseAttempts() moves the tasks of a lost node in their order to the front of the queue", () => {
  const world = new CoreWorld({ prefetchPerWorker: 1 });
  const one = world.join(ONE, { workers: 2 });
  const tasks = [1, 2, 3, 4, 5].map(() => world.submit());
  assertEquals(world.sentTo(one, "task.assign").length, 4);
  world.lose(one);
  const two = world.join(TWO, { workers: 3 });
  assertEquals(world.sentTo(two, "task.assign").map(({ taskId }) => taskId), tasks);
});

Deno.test("loseAttempts() gives up on a task whose nodes were all lost", () => {
  const world = new CoreWorld({ attemptsMax: 2, poisonNodes: 3 });
  const one = world.join(ONE);
  const taskId = world.submit();
  world.lose(one);
  world.lose(world.join(TWO));
  assertEquals(code(world, taskId), "attempt_failed");
});

Deno.test("loseAttempts() answers task_poisoned for a picture that two nodes ran when they were lost", () => {
  const world = new CoreWorld({ prefetchPerWorker: 1 });
  const one = world.join(ONE);
  const [running, waiting] = [world.submit(), world.submit()];
  assertEquals(world.sentTo(one, "task.assign").length, 2);
  world.lose(one);
  const two = world.join(TWO);
  assertEquals(world.sentTo(two, "task.assign").length, 2);
  world.lose(two);
  assertEquals([code(world, running), code(world, waiting)], ["task_poisoned", null]);
});

Deno.test("loseAttempts() counts a lost node and a dead worker alike", () => {
  const world = new CoreWorld();
  const taskId = world.submit();
  world.lose(world.join(ONE));
  world.fail(world.join(TWO), taskId, 2, { code: "worker_died" });
  assertEquals(code(world, taskId), "task_poisoned");
});

Deno.test("loseAttempts() blames no picture for nodes that fell silent", () => {
  const world = new CoreWorld({ attemptsMax: 2 });
  world.join(ONE);
  const taskId = world.submit();
  world.pass(SILENCE_MS);
  world.join(TWO);
  world.pass(SILENCE_MS);
  assertEquals(code(world, taskId), "attempt_failed");
});

Deno.test("tick() loses two nodes at once without losing the task that both run", () => {
  const world = new CoreWorld();
  const one = world.join(ONE, { imagesPerSecond: 100 });
  const taskId = world.submit();
  const two = world.join(TWO, { imagesPerSecond: 100 });
  world.pass(1_000, { alive: [one, two] });
  assertEquals(world.sentTo(two, "task.assign").length, 1, "it is hedged");
  world.pass(7_000);
  assertEquals(world.state.tasks.get(taskId)?.waiting, true);
  const three = world.join(THREE);
  assertEquals(world.sentTo(three, "task.assign").map(({ attempt }) => attempt), [3]);
});

Deno.test("hedge() starts a second attempt of a straggler on an idle node; the first result wins", () => {
  const world = new CoreWorld();
  const one = world.join(ONE, { imagesPerSecond: 10 });
  const taskId = world.submit();
  const two = world.join(TWO, { imagesPerSecond: 1 });
  world.pass(400, { alive: [one, two] });
  assertEquals(world.sentTo(two, "task.assign"), [], "not before half a second");
  world.pass(200, { alive: [one, two] });
  assertEquals(world.sentTo(two, "task.assign").map(({ attempt }) => attempt), [2]);
  world.pass(2_000, { alive: [one, two] });
  assertEquals(world.sentTo(two, "task.assign").length, 1, "once");
  world.result(two, taskId, 2);
  assertEquals(world.sentTo(one, "task.cancel"), [{ type: "task.cancel", taskId, attempt: 1 }]);
  assertEquals(world.result(one, taskId, 1), []);
  assertEquals(world.answerOf(taskId)?.ok, true);
});

Deno.test("hedge() starts no second attempt while other tasks wait, or while no node is idle", () => {
  const world = new CoreWorld({ prefetchPerWorker: 0 });
  const one = world.join(ONE, { imagesPerSecond: 10 });
  world.submit();
  const two = world.join(TWO, { imagesPerSecond: 1 });
  const other = world.submit();
  const third = world.submit();
  world.pass(1_000, { alive: [one, two] });
  assertEquals(world.sentTo(two, "task.assign").map(({ taskId }) => taskId), [other]);
  world.turn({ type: "cancel_task", taskId: third });
  world.pass(1_000, { alive: [one, two] });
  assertEquals(world.sentTo(two, "task.assign").length, 1, "no node is idle");
});

Deno.test("hedge() does not fail the task when one of its two attempts fails", () => {
  const world = new CoreWorld();
  const one = world.join(ONE, { imagesPerSecond: 100 });
  const taskId = world.submit();
  const two = world.join(TWO, { imagesPerSecond: 100 });
  world.pass(1_000, { alive: [one, two] });
  world.fail(two, taskId, 2, { code: "worker_died" });
  assertEquals(code(world, taskId), null);
  assertEquals(world.sentTo(one, "task.cancel"), []);
  world.result(one, taskId, 1);
  assertEquals(world.answerOf(taskId)?.ok, true);
});

Deno.test("expireTasks() answers no_capable_node after a grace period, without naming a node", () => {
  const world = new CoreWorld({ joinGraceMs: 5_000 });
  const node = world.join(ONE, { ready: false });
  world.turn({
    type: "accept_model_failure",
    ...node,
    message: {
      type: "model.failed",
      manifestDigest: world.manifestDigest,
      code: "engine_failed",
      reason: `Not on ${ONE}.`,
    },
  });
  const taskId = world.submit();
  world.pass(4_800, { alive: [node] });
  assertEquals(code(world, taskId), null);
  world.pass(400, { alive: [node] });
  const refusal = world.answerOf(taskId);
  assert(refusal?.ok === false && refusal.code === "no_capable_node");
  assertEquals(refusal.reason, "No node can serve empty@1: of 1 known, 1 unable to load it.");
});

Deno.test("expireTasks() waits for a node that is loading the model until the deadline", () => {
  const world = new CoreWorld({ joinGraceMs: 5_000, taskDeadlineMs: 30_000 });
  const node = world.join(ONE, { ready: false });
  const [early, late] = [world.submit(), world.submit()];
  world.pass(20_000, { alive: [node] });
  assertEquals(code(world, early), null);
  world.ready(node, world.manifestDigest);
  assertEquals(world.sentTo(node, "task.assign").length, 2);
  world.result(node, early, 1);
  world.pass(11_000, { alive: [node] });
  assertEquals(world.answerOf(early)?.ok, true);
  assertEquals(code(world, late), "deadline_exceeded");
  assertEquals(world.sentTo(node, "task.cancel").map(({ taskId }) => taskId), [late]);
});

Deno.test("expireTasks() counts the grace period from the loss of the last capable node", () => {
  const world = new CoreWorld({ joinGraceMs: 5_000 });
  const node = world.join(ONE);
  const taskId = world.submit();
  world.pass(10_000, { alive: [node] });
  world.lose(node);
  world.pass(4_600);
  assertEquals(code(world, taskId), null);
  world.pass(800);
  assertEquals(code(world, taskId), "no_capable_node");
});

Deno.test("refuseAll() answers all tasks, and later ones are refused", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  const running = world.submit();
  world.turn({ type: "begin_stop" });
  const refused = world.submit();
  assertEquals(code(world, refused), "shutting_down");
  assertEquals(code(world, running), null);
  world.turn({ type: "finish_stop" });
  assertEquals(code(world, running), "shutting_down");
  assertEquals(world.sentTo(node, "task.cancel").length, 1);
});

function code(world: CoreWorld, taskId: string): string | null {
  const outcome = world.answerOf(taskId);
  return outcome?.ok === false ? outcome.code : null;
}
