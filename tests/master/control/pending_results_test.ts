import { assertEquals, assertRejects } from "../../assert.ts";
import { type Digest, digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { TaskAssign, TaskResult } from "../../../protocol/messages/task.ts";
import { PendingResults } from "../../../master/control/pending_results.ts";
import type { Command } from "../../../master/core/messages/command.ts";
import { acceptResult, availabilityOf, CoreWorld, idOf } from "../core_world.ts";
import { MasterFixture, resultOf, type ScriptedNode } from "../master_fixture.ts";

const PICTURE = new TextEncoder().encode("a picture");
const DRAWN = new TextEncoder().encode("drawn");
const ASKED = { model: "faces", annotate: true, embeddings: false, gallery: null, crops: false };

function drawnOf(assign: TaskAssign, digest: Digest = digestOf(DRAWN)): TaskResult {
  return resultOf(assign, { annotated: { digest, size: DRAWN.length, mediaType: "image/jpeg" } });
}

/** Assigns a picture to `node`. `isAnswered` returns true once its user has an answer. */
async function ask(fixture: MasterFixture, node: ScriptedNode) {
  const answer = fixture.master.predict(PICTURE, ASKED);
  let isAnswered = false;
  answer.finally(() => isAnswered = true).catch(() => {});
  return { answer, assign: await node.next("task.assign"), isAnswered: () => isAnswered };
}

Deno.test("PendingResults() answers when the picture named by a result has arrived", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const { answer, assign, isAnswered } = await ask(fixture, node);
  node.send(drawnOf(assign));
  await fixture.heeded(node);
  assertEquals(isAnswered(), false);
  await fixture.master.blobs.put(digestOf(DRAWN), DRAWN);
  const { annotated } = await answer;
  assertEquals(annotated?.digest, digestOf(DRAWN));
  assertEquals(await fixture.master.readAnnotated(digestOf(DRAWN)), DRAWN);
});

Deno.test("PendingResults() answers at once when the picture arrived before the result", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const { answer, assign } = await ask(fixture, node);
  await fixture.master.blobs.put(digestOf(DRAWN), DRAWN);
  node.send(drawnOf(assign));
  assertEquals((await answer).annotated?.digest, digestOf(DRAWN));
});

Deno.test("PendingResults() retries a task on another node when its result is withdrawn", async () => {
  await using fixture = await MasterFixture.start();
  const [node, other] = [await fixture.join(1), await fixture.join(2)];
  const asked = fixture.master.predict(PICTURE, ASKED);
  const [first, second] = await Promise.race([
    node.next("task.assign").then((assign) => [{ node, assign }, other] as const),
    other.next("task.assign").then((assign) => [{ node: other, assign }, node] as const),
  ]);
  const { taskId, attempt } = first.assign;
  // The bytes do not hash to their name: the master refuses them, and the node reports a failure.
  first.node.send(drawnOf(first.assign));
  await assertRejects(() => fixture.master.blobs.put(digestOf(DRAWN), PICTURE), DmlError);
  first.node.send({ type: "task.failed", taskId, attempt, code: "blob_corrupt", reason: "Other bytes came." });
  const again = await second.next("task.assign");
  assertEquals([again.taskId, again.attempt], [taskId, 2]);
  second.send(resultOf(again));
  assertEquals((await asked).annotated, null);
  await fixture.master.blobs.put(digestOf(DRAWN), DRAWN);
});

Deno.test("PendingResults() retries a task whose node was lost before its annotated picture arrived", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const { answer, assign, isAnswered } = await ask(fixture, node);
  node.send(drawnOf(assign));
  await fixture.heeded(node);
  await node.close();
  await node.ended;
  const back = await fixture.join(1);
  const again = await back.next("task.assign");
  assertEquals([again.taskId, again.attempt], [assign.taskId, 2]);
  // The picture of the lost node arrives late; the master no longer waits for its result.
  await fixture.master.blobs.put(digestOf(DRAWN), DRAWN);
  await fixture.heeded(back);
  assertEquals(isAnswered(), false);
  back.send(resultOf(again));
  assertEquals((await answer).annotated, null);
});

Deno.test("PendingResults() waits for a missing picture no longer than the deadline of the task", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const { answer, assign, isAnswered } = await ask(fixture, node);
  node.send(drawnOf(assign));
  await fixture.heeded(node);
  const failed = assertRejects(() => answer, DmlError);
  while (!isAnswered()) {
    node.send(availabilityOf());
    await fixture.pass(1_000);
  }
  assertEquals((await failed).code, "deadline_exceeded");
  assertEquals((await node.next("task.cancel")).taskId, assign.taskId);
});

Deno.test("PendingResults() counts a repeated result once", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const { answer, assign } = await ask(fixture, node);
  node.send(drawnOf(assign), drawnOf(assign));
  await fixture.heeded(node);
  await fixture.master.blobs.put(digestOf(DRAWN), DRAWN);
  node.send(drawnOf(assign));
  await answer;
  await fixture.heeded(node);
  assertEquals(fixture.master.nodes()[0].completed, 1);
});

Deno.test("PendingResults() fails an attempt whose first picture was evicted before its last one came", () => {
  const world = new CoreWorld();
  const node = world.join(idOf("node", 1));
  const taskId = world.submit(undefined, { annotate: true, crops: true });
  const command = acceptResult(node, { taskId, attempt: 1, model: "faces@1", annotated: digestOf(DRAWN) });
  const face = { digest: digestOf(PICTURE), size: PICTURE.length };
  const person = {
    box: { x: 0, y: 0, width: 1, height: 1 },
    score: 1,
    landmarks: [],
    name: null,
    similarity: null,
    crop: face,
  };
  const posted: Command[] = [];
  const here = new Set<Digest>();
  const results = new PendingResults({
    state: world.state,
    post: (command) => posted.push(command),
    holdsBlob: (digest) => here.has(digest),
  });
  const prediction = { ...command.message.prediction, persons: [person] };
  results.accept({ ...command, message: { ...command.message, prediction } });
  here.add(face.digest);
  results.pictureArrived(face.digest);
  assertEquals([posted.length, results.size], [0, 1]);
  here.clear();
  here.add(digestOf(DRAWN));
  results.pictureArrived(digestOf(DRAWN));
  const [failure] = posted;
  assertEquals([posted.length, results.size, failure.type], [1, 0, "accept_task_failure"]);
});
