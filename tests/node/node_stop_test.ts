import { assert, assertEquals } from "../assert.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { putGallery } from "../models/gallery/built_gallery.ts";
import { bytesOf, NodeFixture, putModel } from "./node_fixture.ts";
import { digest } from "./instructions.ts";

Deno.test("NodeHandle.stop() finishes running attempts, then says goodbye", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer }));
  const run = await fixture.engine.next();
  const stopped = fixture.node.stop();
  run.finish();
  await connection.next("task.result");
  await connection.next("goodbye");
  await connection.ended;
  await stopped;
  assertEquals((await fixture.node.finished).code, "shutting_down");
});

Deno.test("NodeHandle.stop() waits for running attempts no longer than the limit", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer }));
  await fixture.engine.next();
  const stopped = fixture.node.stop();
  for (let second = 0; second < 30; second++) {
    assert(!connection.received.some(({ type }) => type === "goodbye"), `it has ${30 - second} s left`);
    connection.send({ type: "ping" });
    // The refusal of an assignment shows that the node has processed the ping.
    connection.send(await fixture.assignText(100 + second, { offer }));
    await connection.next("task.failed");
    fixture.clock.advance(1_000);
  }
  await connection.next("goodbye");
  await connection.close();
  await stopped;
});

Deno.test("NodeHandle.stop() leaves at once if there is no master, or none that answers", async () => {
  const unconnected = new NodeFixture();
  unconnected.locateFailure = new DmlError("master_unreachable", "Nobody is there.");
  await unconnected.node.stop();
  await unconnected.node.stop();
  await unconnected.master.close();

  const unanswered = new NodeFixture();
  const connection = await unanswered.master.accept();
  await connection.next("hello");
  const stopped = unanswered.node.stop();
  await connection.next("goodbye");
  await connection.close();
  await stopped;
  await unanswered.master.close();
});

Deno.test("NodeHandle.stop() aborts the upload of a picture that the master does not read", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  const asked = await fixture.assignText(1, { offer, annotate: true });
  const puts: string[] = [];
  fixture.remote.put = (name, _bytes, options: { signal?: AbortSignal } = {}) => {
    puts.push(name);
    const { promise, reject } = Promise.withResolvers<void>();
    options.signal?.addEventListener("abort", () => reject(new DmlError("connection_lost", "It was given up.")));
    return promise;
  };
  connection.send(asked);
  (await fixture.engine.next()).finish("drawn");
  await connection.next("task.result");
  const stopped = fixture.node.stop();
  fixture.clock.advance(30_000);
  await connection.close();
  await stopped;
  assertEquals(puts, [digestOf(bytesOf("drawn"))], "it is not tried again");
});

Deno.test("NodeHandle.stop() aborts fetching a damaged file again", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await putModel(fixture.remote);
  const [{ digest: file }] = offer.files;
  const read = fixture.cache.read.bind(fixture.cache);
  const fetchedAgain = Promise.withResolvers<void>();
  fixture.cache.read = async (name) => {
    if (name !== file) return await read(name);
    await fixture.cache.delete(file);
    fixture.remote.open = (_name, { signal }: { offset?: number; signal?: AbortSignal } = {}) => {
      fetchedAgain.resolve();
      const { promise, reject } = Promise.withResolvers<never>();
      signal?.addEventListener("abort", () => reject(new DmlError("cancelled", "It was given up.")));
      return promise;
    };
    throw new DmlError("blob_corrupt", "Other bytes.");
  };
  connection.send(offer);
  await fetchedAgain.promise;
  const stopped = fixture.node.stop();
  await connection.next("goodbye");
  await connection.close();
  await stopped;
  assert(!connection.received.some(({ type }) => type === "model.failed"));
});

Deno.test("NodeHandle.stop() does not wait for a worker that is stuck while loading a model", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const loading = fixture.engine.hang("load");
  connection.send(await putModel(fixture.remote));
  await loading;
  await fixture.node.stop();
  assert(!connection.received.some(({ type }) => type === "model.failed"));
});

Deno.test("NodeHandle.stop() waits for running attempts, but not for a model that is being loaded", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer }));
  const run = await fixture.engine.next();
  const loading = fixture.engine.hang("load");
  connection.send(await putModel(fixture.remote, "other bytes"));
  await loading;
  const stopped = fixture.node.stop();
  await connection.heeded();
  assert(!connection.received.some(({ type }) => type === "goodbye"));
  run.finish();
  await connection.next("task.result");
  await stopped;
});

Deno.test("NodeHandle.stop() does not wait for a worker that is stuck while unloading", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const { manifest: { digest: manifestDigest } } = await fixture.ready(connection);
  const { reference: index } = await putGallery(fixture.remote, {
    gallery: "staff",
    version: 4,
    embedder: digest("e"),
    people: [],
  });
  connection.send({ type: "gallery.offer", gallery: "staff", version: 4, index });
  await connection.next("gallery.ready");
  const stuck = [fixture.engine.hang("unload"), fixture.engine.hang("setGallery")];
  connection.send({ type: "model.retire", manifestDigest }, { type: "gallery.retire", gallery: "staff" });
  await Promise.all(stuck);
  await fixture.node.stop();
});

Deno.test("NodeHandle.stop() leaves no timer behind, not even that of a connection lost during work", async () => {
  await using fixture = new NodeFixture();
  const connection = await fixture.connect();
  const offer = await fixture.ready(connection);
  connection.send(await fixture.assignText(1, { offer }), await fixture.assignText(2, { offer }));
  await fixture.engine.next();
  await connection.heeded();
  fixture.clock.advance(50);
  await connection.close();
  await fixture.happened("disconnected");
  await fixture.node.stop();
  assertEquals(fixture.clock.pending, 0);
});
