import { assert, assertEquals } from "../assert.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import { cancel, digest, nobody, taskId } from "./instructions.ts";
import { axis, putGallery, somebody } from "../models/gallery/built_gallery.ts";
import { bytesOf, NodeFixture, putModel, putText } from "./node_fixture.ts";
import { commandRun, SESSION_SECRET } from "./scripted_master.ts";

Deno.test("startNode() sends a hello with its capabilities, then its availability", async () => {
  await using fixture = new NodeFixture({ slots: 3, token: "secret" });
  const connection = await fixture.master.accept();
  const hello = await connection.welcome();
  assertEquals([hello.name, hello.version, hello.token, hello.cached], ["first", "1.2.3", "secret", []]);
  assertEquals(await connection.next("availability"), {
    type: "availability",
    freeSlots: 3,
    running: 0,
    queued: 0,
    draining: false,
    memoryFreeBytes: 500,
    load: 0.5,
  });
  assertEquals((await fixture.happened("connected")).kind, "connected");
});

Deno.test("startNode() fetches, loads and announces an offered model", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await putModel(fixture.remote, "weights");
  connection.send(offer);
  const ready = await connection.next("model.ready");
  assertEquals(ready.imagesPerSecond, 8);
  assertEquals(ready.fetchedBytes, offer.manifest.size + "weights".length);
  assertEquals(fixture.engine.files, [{ detect: "weights" }]);
});

Deno.test("startNode() fetches nothing twice, and lists its cached models in the next hello", async () => {
  await using fixture = new NodeFixture();
  const first = await fixture.connect();
  const offer = await fixture.ready(first);
  await fixture.remote.delete(offer.manifest.digest);
  await first.close();
  await fixture.retry();
  const second = await fixture.master.accept();
  assertEquals((await second.welcome()).cached, [offer.manifest.digest]);
  second.send(offer);
  assertEquals((await second.next("model.ready")).fetchedBytes, 0);
  assertEquals(fixture.engine.files.length, 1, "nor is it loaded twice");
});

Deno.test("startNode() reports why a model cannot run", async () => {
  await using fixture = new NodeFixture();
  fixture.engine.loadFailure = new DmlError("engine_failed", "The model file is bad.");
  const connection = await fixture.connect();
  connection.send(await putModel(fixture.remote));
  const { code, reason } = await connection.next("model.failed");
  assertEquals({ code, reason }, { code: "engine_failed", reason: "The model file is bad." });
});

Deno.test("startNode() fails an attempt whose result fits no message, and goes on", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  const end = async (task: number, prediction: Partial<Prediction>) => {
    connection.send(await fixture.assignText(task, { offer }));
    const result = { prediction: { ...nobody(), ...prediction }, annotated: null, crops: [] };
    (await fixture.engine.next()).end(result);
  };
  const failed = async () => {
    const { taskId, code } = await connection.next("task.failed");
    return [taskId, code];
  };
  await end(1, { width: NaN });
  assertEquals(await failed(), [taskId(1), "attempt_failed"]);
  const data = Array(200_000).fill(0.123456789);
  const tensors = ["one", "two", "three", "four"].map((name) => ({
    name,
    type: "float32" as const,
    dims: [data.length],
    data,
  }));
  await end(2, { tensors });
  assertEquals(await failed(), [taskId(2), "answer_too_large"]);
  await end(3, {});
  assertEquals((await connection.next("task.result")).taskId, taskId(3));
});

Deno.test("startNode() neither runs nor answers cancelled tasks", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer }), await fixture.assignText(2, { offer }));
  const running = await fixture.engine.next();
  connection.send(cancel(1), cancel(2), await fixture.assignText(3, { offer }));
  await connection.heeded();
  running.finish("nobody wants it");
  const last = await fixture.engine.next();
  assertEquals(last.image, "picture 3");
  last.finish();
  assertEquals((await connection.next("task.result")).taskId, taskId(3));
  const answered = connection.received.filter(({ type }) => type.startsWith("task."));
  assertEquals(answered.length, 1);
  assertEquals(await fixture.remote.stat(digestOf(bytesOf("nobody wants it"))), null);
});

Deno.test("startNode() sends a heartbeat every interval", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  for (let beat = 0; beat < 3; beat++) {
    fixture.clock.advance(1_000);
    await connection.next("availability");
  }
});

Deno.test("startNode() leaves a silent master, and reconnects", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  fixture.clock.advance(4_000);
  connection.send({ type: "ping" });
  await connection.heeded();
  fixture.clock.advance(4_000);
  assert(!connection.received.some(({ type }) => type === "goodbye"), "the ping was a sign of life");
  fixture.clock.advance(2_000);
  assertEquals((await connection.next("goodbye")).code, "connection_lost");
  await connection.close();
  await fixture.retry();
  await (await fixture.master.accept()).welcome();
});

Deno.test("startNode() drops the results of a lost connection", async () => {
  await using fixture = new NodeFixture({ slots: 2 });
  const first = await fixture.connect();
  const offer = await fixture.ready(first);
  first.send(await fixture.assignText(1, { offer }));
  const orphan = await fixture.engine.next();
  await first.close();
  await fixture.retry();
  const second = await fixture.connect();
  orphan.finish();
  second.send(offer, await fixture.assignText(1, { offer }));
  (await fixture.engine.next()).finish();
  await second.next("task.result");
  assertEquals(second.received.filter(({ type }) => type === "task.result").length, 1);
});

for (const code of ["unauthorized", "forbidden", "protocol_version"] as const) {
  Deno.test(`startNode() gives up when it is rejected as ${code}`, async () => {
    await using fixture = new NodeFixture();
    const connection = await fixture.master.accept();
    await connection.next("hello");
    connection.send({ type: "reject", code, reason: "Not you." });
    assertEquals(await fixture.node.finished, { code, reason: "Not you." });
  });
}

Deno.test("startNode() asks every second while it waits for approval, then goes on by itself", async () => {
  await using fixture = new NodeFixture();
  for (let tries = 0; tries < 3; tries++) {
    const connection = await fixture.master.accept();
    await connection.next("hello");
    connection.send({ type: "reject", code: "approval_pending", reason: "It waits." });
    const held = await fixture.happened("disconnected");
    assert(held.kind === "disconnected");
    assertEquals([held.ending.code, held.retryInMs, held.isRepeated], ["approval_pending", 1_000, tries > 0]);
    await connection.ended;
    fixture.clock.advance(1_000);
  }
  await fixture.connect();
  assertEquals((await fixture.happened("connected")).kind, "connected");
});

Deno.test("startNode() reports the secret of each session before it fetches anything", async () => {
  const secrets: string[] = [];
  await using fixture = new NodeFixture({ onSession: (secret) => secrets.push(secret) });
  await fixture.ready(await fixture.connect());
  assertEquals(secrets, [SESSION_SECRET]);
});

Deno.test("startNode() proves its key to the master that it recognised, and to no other", async () => {
  const pin = "p".repeat(26);
  await using fixture = new NodeFixture({ pin });
  const connection = await fixture.master.accept();
  await connection.welcome({ pin });
  assertEquals((await fixture.happened("connected")).kind, "connected");
});

Deno.test("startNode() retries when it is rejected temporarily, and locates the master anew", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.master.accept();
  await connection.next("hello");
  fixture.locateFailure = new DmlError("master_unreachable", "Nobody is there.");
  connection.send({ type: "reject", code: "too_many_nodes", reason: "It is full." });
  await connection.close();
  const rejected = await fixture.happened("disconnected");
  assertEquals(rejected.kind === "disconnected" && rejected.ending.code, "too_many_nodes");
  fixture.clock.advance(10_000);
  const lost = await fixture.happened("disconnected");
  assertEquals(lost.kind === "disconnected" && lost.ending.code, "master_unreachable");
  fixture.locateFailure = null;
  fixture.clock.advance(10_000);
  await (await fixture.master.accept()).welcome();
});

Deno.test("startNode() waits longer before each retry, up to the limit", async () => {
  await using fixture = new NodeFixture();
  fixture.locateFailure = new DmlError("master_unreachable", "Nobody is there.");
  const first = await fixture.master.accept();
  await first.close();
  const waitsMs: number[] = [];
  for (let index = 0; index < 10; index++) {
    const news = await fixture.happened("disconnected");
    if (news.kind === "disconnected") waitsMs.push(news.retryInMs);
    fixture.clock.advance(10_000);
  }
  assert(waitsMs[0] <= 200 && waitsMs[9] >= 5_000 && waitsMs.every((waitMs) => waitMs <= 10_000), `${waitsMs}`);
});

Deno.test("startNode() drains, resumes and shuts down on command", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(commandRun("drain"));
  const drained = await connection.next("command.done");
  assertEquals([drained.ok, drained.detail], [true, "The node accepts no new work and has finished its work."]);
  connection.send(await fixture.assignText(1, { offer }));
  assertEquals((await connection.next("task.failed")).code, "shutting_down");
  assert(
    connection.received.some((message) => message.type === "availability" && message.draining),
    "it is reported to the master at once",
  );
  connection.send(commandRun("resume"));
  await connection.next("command.done");
  connection.send(await fixture.assignText(2, { offer }));
  const run = await fixture.engine.next();
  connection.send(commandRun("shutdown"));
  run.finish();
  await connection.next("task.result");
  const done = await connection.next("command.done");
  assertEquals([done.ok, done.detail], [true, "The node ends and has finished its work."], "done when it is done");
  assertEquals((await connection.next("goodbye")).code, "shutting_down");
  await connection.close();
  assertEquals((await fixture.node.finished).code, "shutting_down");
});

Deno.test("startNode() fetches a gallery, activates it, reports it, and uses it on request", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  const people = [somebody("ada", axis(0))];
  const { reference: index } = await putGallery(fixture.remote, {
    gallery: "staff",
    version: 4,
    embedder: digest("e"),
    people,
  });
  connection.send({ type: "gallery.offer", gallery: "staff", version: 4, index });
  const ready = await connection.next("gallery.ready");
  assertEquals([ready.gallery, ready.version], ["staff", 4]);
  assert(ready.fetchedBytes > index.size);
  const asked = await fixture.assignText(1, { offer });
  connection.send({ ...asked, options: { ...asked.options, gallery: "staff" } });
  const run = await fixture.engine.next();
  assertEquals(run.options.gallery, "staff");
  run.finish();
  await connection.next("task.result");
  connection.send({ type: "gallery.retire", gallery: "staff" });
  connection.send(await fixture.assignText(2, { offer }));
  (await fixture.engine.next()).finish();
  await connection.next("task.result");
  assertEquals(fixture.engine.gallerySteps, ["staff@4", "staff gone"]);
});

Deno.test("startNode() reports why a gallery failed", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const index = await putText(fixture.remote, "no index");
  connection.send({ type: "gallery.offer", gallery: "staff", version: 4, index });
  const { version, code } = await connection.next("gallery.failed");
  assertEquals([version, code], [4, "gallery_invalid"]);
});

Deno.test("startNode() emits an event when it loads a model, and when it is ready", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  await fixture.ready(connection);
  const kinds = fixture.news.map(({ kind }) => kind);
  assertEquals(kinds.filter((kind) => kind.startsWith("model")), ["modelLoading", "modelReady"]);
});

Deno.test("startNode() declines programs if it has no upgrader, and goes on", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const digest = `sha256:${"a".repeat(64)}` as const;
  connection.send({ type: "program.offer", version: "9.9.9", target: "linux-x64", digest, size: 1 });
  const { state, reason } = await connection.next("program.state");
  assertEquals([state, reason], ["declined", "This node does not accept programs."]);
  assertEquals(fixture.node.isRestartDue, false);
  await connection.heeded();
});
