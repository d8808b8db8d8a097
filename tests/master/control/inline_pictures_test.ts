import { assert, assertEquals } from "../../assert.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { TaskAssign, TaskResult } from "../../../protocol/messages/task.ts";
import { helloOf, idOf } from "../core_world.ts";
import { MasterFixture, resultOf, type ScriptedNode } from "../master_fixture.ts";

const PICTURE = new TextEncoder().encode("a picture");
const DRAWN = new TextEncoder().encode("drawn");
const ASKED = { model: "faces", annotate: true, embeddings: false, gallery: null, crops: false };

function drawnOf(assign: TaskAssign): TaskResult {
  return resultOf(assign, { annotated: { digest: digestOf(DRAWN), size: DRAWN.length, mediaType: "image/jpeg" } });
}

function sendsPicturesInline(node: ScriptedNode): boolean | undefined {
  return node.received.find((message) => message.type === "welcome")?.sendsPicturesInline;
}

/** Returns a node that has been assigned a picture whose user waits for the answer. */
async function nodeWithPicture(fixture: MasterFixture) {
  const node = await fixture.join(1);
  const answer = fixture.master.predict(PICTURE, ASKED);
  return { node, answer, assign: await node.next("task.assign") };
}

Deno.test("ControlPort() sends a picture inline after its assignment", async () => {
  await using fixture = await MasterFixture.start();
  const { node, answer, assign } = await nodeWithPicture(fixture);
  assertEquals([sendsPicturesInline(node), assign.isInline], [true, true]);
  await fixture.heeded(node);
  assertEquals(node.inlinePictures, [{ digest: assign.image!.digest, bytes: PICTURE }]);
  node.send(resultOf(assign));
  await answer;
});

Deno.test("ControlPort() lets the node fetch a picture that is too large for a frame", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = fixture.master.predict(new Uint8Array(LIMITS.inlinePictureBytesMax), ASKED);
  const assign = await node.next("task.assign");
  await fixture.heeded(node);
  assertEquals([assign.isInline, node.inlinePictures.length], [undefined, 0]);
  node.send(resultOf(assign));
  await answer;
});

Deno.test("ControlPort() leaves pictures to be fetched where no network is between", async () => {
  await using fixture = await MasterFixture.start({ sendsPicturesInline: false });
  const { node, answer, assign } = await nodeWithPicture(fixture);
  await fixture.heeded(node);
  assertEquals([sendsPicturesInline(node), assign.isInline, node.inlinePictures.length], [undefined, undefined, 0]);
  node.send(resultOf(assign));
  await answer;
});

Deno.test("ControlPort() answers with the inline picture of a result, whether it comes before or after the result", async () => {
  for (const isFirst of [true, false]) {
    await using fixture = await MasterFixture.start();
    const { node, answer, assign } = await nodeWithPicture(fixture);
    const sendPicture = () => node.sendPicture({ digest: digestOf(DRAWN), bytes: DRAWN });
    if (isFirst) sendPicture();
    node.send(drawnOf(assign));
    if (!isFirst) sendPicture();
    assertEquals((await answer).annotated?.digest, digestOf(DRAWN));
    assertEquals(await fixture.master.readAnnotated(digestOf(DRAWN)), DRAWN);
  }
});

Deno.test("ControlPort() fails an attempt whose inline picture does not match its digest", async () => {
  await using fixture = await MasterFixture.start();
  const { node, answer, assign } = await nodeWithPicture(fixture);
  node.send(drawnOf(assign));
  node.sendPicture({ digest: digestOf(DRAWN), bytes: PICTURE });
  const again = await node.next("task.assign");
  assertEquals([again.taskId, again.attempt], [assign.taskId, assign.attempt + 1]);
  node.send(resultOf(again));
  assertEquals((await answer).annotated, null);
  assert(fixture.logged.some(({ level, fields }) => level === "warn" && fields.code === "blob_corrupt"));
});

Deno.test("ControlPort() fails an attempt whose inline picture has no space", async () => {
  const store = new MemoryBlobStore();
  await using fixture = await MasterFixture.start({ transientBlobs: store });
  const { node, answer, assign } = await nodeWithPicture(fixture);
  Object.defineProperty(store, "bytes", { get: () => LIMITS.transientBytesMax });
  node.send(drawnOf(assign));
  node.sendPicture({ digest: digestOf(DRAWN), bytes: DRAWN });
  const again = await node.next("task.assign");
  assertEquals(again.attempt, assign.attempt + 1);
  node.send(resultOf(again));
  await answer;
});

Deno.test("ControlPort() closes a connection that carries a picture that was not announced", async () => {
  await using fixture = await MasterFixture.start();
  const picture = { digest: digestOf(DRAWN), bytes: DRAWN };
  const stranger = await fixture.connect();
  stranger.sendPicture(picture);
  assertEquals((await stranger.next("goodbye")).code, "message_invalid");
  const hasty = await fixture.connect();
  hasty.send(helloOf(idOf("node", 3)));
  hasty.sendPicture(picture);
  assertEquals((await hasty.next("goodbye")).code, "message_invalid");
  await fixture.join(2);

  await using without = await MasterFixture.start({ sendsPicturesInline: false });
  const node = await without.join(1);
  node.sendPicture(picture);
  assertEquals((await node.next("goodbye")).code, "message_invalid");
});
