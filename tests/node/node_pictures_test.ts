import { assert, assertEquals } from "../assert.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { assign, digest, nobody, taskId } from "./instructions.ts";
import { bytesOf, NodeFixture } from "./node_fixture.ts";

Deno.test("startNode() fetches a picture, runs it and sends the result", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer, text: "cat" }));
  const run = await fixture.engine.next();
  assertEquals(run.image, "cat");
  assertEquals(run.options.deadlineMs, 60_000);
  fixture.clock.advance(40);
  run.finish();
  const result = await connection.next("task.result");
  assertEquals([result.taskId, result.attempt, result.serviceMs, result.annotated], [taskId(1), 1, 40, null]);
});

Deno.test("startNode() puts the annotated picture that its result names", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer, annotate: true }));
  (await fixture.engine.next()).finish("drawn");
  const { annotated } = await connection.next("task.result");
  assertEquals(annotated, { digest: digestOf(bytesOf("drawn")), size: 5, mediaType: "image/jpeg" });
  await connection.heeded();
  assertEquals(await fixture.remote.stat(digestOf(bytesOf("drawn"))), 5);
});

Deno.test("startNode() sends the result while the annotated picture is being uploaded, and the failure if that breaks off", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  const asked = await fixture.assignText(1, { offer, annotate: true });
  const begun: string[] = [];
  const broken = Promise.withResolvers<void>();
  fixture.remote.put = (name) => {
    begun.push(name);
    return broken.promise;
  };
  connection.send(asked);
  (await fixture.engine.next()).finish("drawn");
  const { annotated } = await connection.next("task.result");
  assertEquals([annotated?.digest, ...begun], Array(2).fill(digestOf(bytesOf("drawn"))));
  broken.reject(new DmlError("blob_too_large", "It does not fit."));
  const { taskId: failed, code } = await connection.next("task.failed");
  assertEquals([failed, code], [taskId(1), "blob_too_large"]);
});

Deno.test("startNode() uses the inline picture of an assignment, and fetches one that does not match its digest", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect({ sendsPicturesInline: true });
  const offer = await fixture.ready(connection);
  const [cat, dog] = [
    await fixture.assignText(1, { offer, text: "cat" }),
    await fixture.assignText(2, { offer, text: "dog" }),
  ];
  const fetched: string[] = [];
  const read = fixture.remote.read.bind(fixture.remote);
  fixture.remote.read = (digest) => {
    fetched.push(digest);
    return read(digest);
  };
  for (const instruction of [cat, dog]) {
    connection.send({ ...instruction, isInline: true });
    connection.sendPicture({ digest: instruction.image!.digest, bytes: bytesOf("cat") });
    const run = await fixture.engine.next();
    assertEquals(run.image, instruction === cat ? "cat" : "dog");
    run.finish();
    await connection.next("task.result");
  }
  assertEquals(fetched, [dog.image!.digest]);
});

Deno.test("startNode() sends the annotated picture inline with the result if the connection supports it", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect({ sendsPicturesInline: true });
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer, annotate: true }));
  (await fixture.engine.next()).finish("drawn");
  const { annotated } = await connection.next("task.result");
  await connection.heeded();
  assertEquals(annotated?.digest, digestOf(bytesOf("drawn")));
  assertEquals(connection.inlinePictures, [{ digest: digestOf(bytesOf("drawn")), bytes: bytesOf("drawn") }]);
  assertEquals(await fixture.remote.stat(digestOf(bytesOf("drawn"))), null);
});

Deno.test("startNode() closes a connection that sends inline pictures without having negotiated it", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  connection.sendPicture({ digest: digestOf(bytesOf("cat")), bytes: bytesOf("cat") });
  assertEquals((await connection.next("goodbye")).code, "message_invalid");
});

Deno.test("startNode() fetches the next picture while one runs", async () => {
  await using fixture = new NodeFixture({ slots: 1 });
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer }), await fixture.assignText(2, { offer }));
  const first = await fixture.engine.next();
  // The picture of task 2 was fetched while task 1 ran, so the master may delete it now.
  fixture.clock.advance(50);
  const status = await connection.next("availability");
  assertEquals([status.freeSlots, status.running, status.queued], [0, 1, 1]);
  first.finish();
  assertEquals((await fixture.engine.next()).image, "picture 2");
  assertEquals(fixture.engine.mostAtOnce, 1);
});

Deno.test("startNode() gives a worker several fast pictures at once, and counts those behind the first as queued", async () => {
  await using fixture = new NodeFixture({ slots: 1 });
  fixture.engine.imagesPerSecond = 1_500;
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  for (let task = 1; task <= 4; task++) {
    connection.send(assign(task, { image: null, manifestDigest: offer.manifest.digest }));
  }
  const runs = [await fixture.engine.next(), await fixture.engine.next(), await fixture.engine.next()];
  assertEquals(runs.map(({ options }) => options.isQuick), [true, true, true]);
  fixture.clock.advance(50);
  const status = await connection.next("availability");
  assertEquals([status.freeSlots, status.running, status.queued], [0, 1, 3]);
  for (const run of runs) run.finish();
  (await fixture.engine.next()).finish();
  for (let task = 1; task <= 4; task++) await connection.next("task.result");
  assertEquals(fixture.engine.mostAtOnce, 3);
});

Deno.test("startNode() runs nothing on bytes that do not match their digest", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(assign(1, { manifestDigest: offer.manifest.digest }));
  assertEquals((await connection.next("task.failed")).code, "blob_not_found");
  const read = fixture.remote.read.bind(fixture.remote);
  fixture.remote.read = (name) =>
    name === digest(2) ? Promise.reject(new DmlError("blob_corrupt", "Other bytes.")) : read(name);
  connection.send(assign(2, { manifestDigest: offer.manifest.digest }));
  assertEquals((await connection.next("task.failed")).code, "blob_corrupt");
  assertEquals(fixture.engine.runCount, 0);
});

Deno.test("startNode() forwards why a picture was refused, and hides errors unknown to dml", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer }), await fixture.assignText(2, { offer }));
  (await fixture.engine.next()).fail(new DmlError("image_unreadable", "The JPEG is cut short."));
  const known = await connection.next("task.failed");
  assertEquals([known.code, known.reason], ["image_unreadable", "The JPEG is cut short."]);
  (await fixture.engine.next()).fail(new Error("/home/somebody/secret") as DmlError);
  const unknown = await connection.next("task.failed");
  assertEquals(unknown.code, "attempt_failed");
  assert(!unknown.reason.includes("secret"));
});

Deno.test("startNode() uploads the crops before it sends the result that names them", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer }));
  const run = await fixture.engine.next();
  const face = { box: { x: 0, y: 0, width: 1, height: 1 }, score: 1, name: null, similarity: null };
  const persons = [1, 2].map((x) => ({ ...face, landmarks: new Array(5).fill({ x, y: 0 }) }));
  const crops = ["one face", "another"].map(bytesOf);
  run.end({ prediction: { ...nobody(), persons }, annotated: bytesOf("drawn"), crops });
  const { prediction, annotated } = await connection.next("task.result");
  assertEquals(annotated?.digest, digestOf(bytesOf("drawn")));
  assertEquals(
    prediction.persons.map(({ crop }) => crop),
    crops.map((crop) => ({
      digest: digestOf(crop),
      size: crop.length,
    })),
  );
  for (const crop of crops) assertEquals(await fixture.remote.read(digestOf(crop)), crop);
});
