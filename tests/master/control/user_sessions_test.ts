import { assert, assertEquals } from "../../assert.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { PredictionAsk } from "../../../protocol/messages/user.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { USER_LINES_MAX } from "../../../master/control/user_sessions.ts";
import type { ScriptedConnection } from "../../node/scripted_master.ts";
import { helloOf, idOf } from "../core_world.ts";
import { MasterFixture, resultOf } from "../master_fixture.ts";

const PICTURE = new TextEncoder().encode("a picture");
const DRAWN = new TextEncoder().encode("drawn");
const ANNOTATED = { digest: digestOf(DRAWN), size: DRAWN.length, mediaType: "image/jpeg" };
const CARRIES = { protocol: { min: 1, max: 2 } };

function helloOfUser(token: string | null = null) {
  return { type: "user.hello", protocol: { min: 1, max: 2 }, version: "0.0.0", token } as const;
}

function askOf(askId: number, options: Partial<PredictionAsk> = {}): PredictionAsk {
  const asked = { model: "faces", annotate: true, embeddings: false, gallery: null };
  return { type: "prediction.ask", askId, imageBytes: PICTURE.length, ...asked, ...options };
}

async function userOf(fixture: MasterFixture): Promise<ScriptedConnection> {
  const user = await fixture.connect();
  user.send(helloOfUser());
  await user.next("user.welcome");
  return user;
}

function ask(user: ScriptedConnection, askId: number, options: Partial<PredictionAsk> = {}): void {
  user.sendPicture({ digest: null, bytes: PICTURE });
  user.send(askOf(askId, options));
}

Deno.test("UserLine() answers with the prediction and the annotated picture, and nothing about the node", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1, CARRIES);
  const user = await userOf(fixture);
  ask(user, 7);
  const assign = await node.next("task.assign");
  assertEquals(assign.image, { digest: digestOf(PICTURE), size: PICTURE.length });
  node.send(resultOf(assign, { annotated: ANNOTATED }));
  node.sendPicture({ digest: ANNOTATED.digest, bytes: DRAWN });
  const answer = await user.next("prediction.answer");
  const { prediction } = resultOf(assign);
  assertEquals(answer, { type: "prediction.answer", askId: 7, prediction, annotated: ANNOTATED, isInline: true });
  // What follows comes behind the picture.
  user.send({ ...askOf(8), imageBytes: 1 });
  await user.next("prediction.refuse");
  assertEquals(user.inlinePictures, [{ digest: ANNOTATED.digest, bytes: DRAWN }]);
  const heard = JSON.stringify(user.received);
  for (const secret of [node.nodeId, helloOf(node.nodeId).name]) assert(!heard.includes(secret), secret);
});

Deno.test("UserLine() answers each question when it is done, whatever the order", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const user = await userOf(fixture);
  const assigns = [];
  for (const askId of [1, 2]) {
    user.sendPicture({ digest: null, bytes: PICTURE.with(0, askId) });
    user.send(askOf(askId, { annotate: false }));
    assigns.push(await node.next("task.assign"));
  }
  for (const assign of assigns.toReversed()) node.send(resultOf(assign));
  assertEquals((await user.next("prediction.answer")).askId, 2);
  assertEquals((await user.next("prediction.answer")).askId, 1);
});

Deno.test("UserLine() refuses as HTTP does, question by question", async () => {
  await using fixture = await MasterFixture.start();
  await fixture.join(1);
  const user = await userOf(fixture);
  const cases: [Partial<PredictionAsk>, Uint8Array<ArrayBuffer> | null, string, RegExp][] = [
    [{ model: "nobody" }, PICTURE, "model_unknown", /nobody/],
    [{ gallery: "nowhere" }, PICTURE, "gallery_unknown", /nowhere/],
    [{ imageBytes: 0 }, new Uint8Array(0), "image_empty", /no bytes/],
    [{ imageBytes: 5 }, PICTURE, "request_invalid", /No picture of 5 bytes/],
    [{}, null, "request_invalid", /No picture of 9 bytes/],
  ];
  for (const [at, [options, picture, code, sentence]] of cases.entries()) {
    if (picture !== null) user.sendPicture({ digest: null, bytes: picture });
    user.send(askOf(at + 1, options));
    const refusal = await user.next("prediction.refuse");
    assertEquals([refusal.askId, refusal.code, sentence.test(refusal.reason)], [at + 1, code, true], refusal.reason);
    assert(refusal.advice.length > 0);
  }
});

Deno.test("UserLine() takes as many small questions as come together, and refuses those past its limit", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const user = await userOf(fixture);
  for (let askId = 1; askId <= LIMITS.asksPerUserMax + 10; askId++) ask(user, askId, { annotate: false });
  for (let over = 1; over <= 10; over++) {
    const { askId, code } = await user.next("prediction.refuse");
    assertEquals([askId, code], [LIMITS.asksPerUserMax + over, "queue_full"]);
  }
  for (let answered = 0; answered < LIMITS.asksPerUserMax; answered++) {
    node.send(resultOf(await node.next("task.assign")));
    await user.next("prediction.answer");
  }
});

Deno.test("UserLine() refuses a number that waits for its answer already", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const user = await userOf(fixture);
  ask(user, 1);
  const assign = await node.next("task.assign");
  ask(user, 1);
  assertEquals((await user.next("prediction.refuse")).code, "request_invalid");
  node.send(resultOf(assign));
  assertEquals((await user.next("prediction.answer")).askId, 1);
});

Deno.test("UserLine() ends the task that nobody waits for any more", async () => {
  for (const goes of [false, true]) {
    await using fixture = await MasterFixture.start();
    const node = await fixture.join(1);
    const user = await userOf(fixture);
    ask(user, 3);
    const { taskId } = await node.next("task.assign");
    if (goes) await user.close();
    else user.send({ type: "prediction.cancel", askId: 3 });
    assertEquals((await node.next("task.cancel")).taskId, taskId);
  }
});

Deno.test("UserLine() closes the connection of a user who says what a node says, or brings pictures and asks nothing", async () => {
  await using fixture = await MasterFixture.start();
  const wrong: ((user: ScriptedConnection) => void)[] = [
    (user) => user.send({ type: "ping" }),
    (user) => user.send(helloOf(idOf("node", 3))),
    (user) => user.send(helloOfUser()),
    (user) => {
      for (let picture = 0; picture <= 4_096; picture++) user.sendPicture({ digest: null, bytes: PICTURE });
    },
    (user) => {
      for (let picture = 0; picture < 3; picture++) {
        user.sendPicture({ digest: null, bytes: new Uint8Array(1_000_000) });
      }
    },
  ];
  for (const say of wrong) {
    const user = await userOf(fixture);
    say(user);
    assertEquals((await user.next("goodbye")).code, "message_invalid");
  }
  await userOf(fixture);
});

Deno.test("ControlPort() takes no question from a node, and none before a hello", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1, CARRIES);
  node.send(askOf(1));
  assertEquals((await node.next("goodbye")).code, "message_invalid");
  const stranger = await fixture.connect();
  stranger.send(askOf(1));
  assertEquals((await stranger.next("goodbye")).code, "message_invalid");
  const unnamed = await fixture.join(2, CARRIES);
  unnamed.sendPicture({ digest: null, bytes: PICTURE });
  assertEquals((await unnamed.next("goodbye")).code, "message_invalid");
});

Deno.test("UserLines() takes in whoever has the token of a user or the admin", async () => {
  const tokens = newTokens();
  await using fixture = await MasterFixture.start({ tokens });
  for (const token of [tokens.user, tokens.admin]) {
    const user = await fixture.connect();
    user.send(helloOfUser(token));
    await user.next("user.welcome");
  }
  for (const [token, code] of [[null, "unauthorized"], ["x", "unauthorized"], [tokens.node, "forbidden"]] as const) {
    const stranger = await fixture.connect();
    stranger.send(helloOfUser(token));
    assertEquals((await stranger.next("reject")).code, code);
  }
});

Deno.test("UserLines() takes in no more than there is room for, and others when some have gone", async () => {
  await using fixture = await MasterFixture.start();
  const users = [];
  for (let number = 0; number < USER_LINES_MAX; number++) users.push(await userOf(fixture));
  const late = await fixture.connect();
  late.send(helloOfUser());
  assertEquals((await late.next("reject")).code, "queue_full");
  const node = await fixture.join(1);
  await users[0].close();
  await fixture.heeded(node);
  await userOf(fixture);
});

Deno.test("a master that stops says goodbye to the users on the control port", async () => {
  const fixture = await MasterFixture.start();
  const user = await userOf(fixture);
  const stopping = fixture[Symbol.asyncDispose]();
  assertEquals((await user.next("goodbye")).code, "shutting_down");
  await stopping;
});

Deno.test("a master whose nodes are in its own process takes no user on the control port", async () => {
  await using fixture = await MasterFixture.start({ sendsPicturesInline: false });
  const user = await fixture.connect();
  user.send(helloOfUser());
  assertEquals((await user.next("goodbye")).code, "message_invalid");
});
