import { assert, assertEquals, assertRejects, assertStringIncludes } from "../assert.ts";
import { MemoryBlobStore } from "../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { fixedCredentials } from "../../protocol/security/credentials.ts";
import { newTokens } from "../../protocol/security/tokens.ts";
import { MemoryLedger } from "../../master/ledger/memory_ledger.ts";
import type { Ledger } from "../../master/ledger/ledger.ts";
import { idOf, predictionOf } from "./core_world.ts";
import { FILE, MasterFixture, pictureEntry, resultOf } from "./master_fixture.ts";
import { PROTOCOL_VERSION } from "../../protocol/messages/hello.ts";

const NOTHING = new Uint8Array();
const PICTURE = new TextEncoder().encode("not really a picture");
const EMPTY = { model: "empty", annotate: false, embeddings: false, gallery: null, crops: false };
const FACES = { model: "faces", annotate: false, embeddings: false, gallery: null, crops: false };
/** Times of a prediction during which the clock stood still. */
const AT_ONCE = { timings: { queuedMs: 0, transferMs: 0, nodeMs: 0, returnMs: 0 }, attempts: 1 };
const ANNOTATED = { model: "faces@1", annotate: true, embeddings: false, gallery: null, crops: false };

Deno.test("predict() returns the result of the node", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = fixture.master.predict(NOTHING, EMPTY);
  const assign = await node.next("task.assign");
  assertEquals(assign.image, null);
  node.send(resultOf(assign));
  assertEquals(await answer, { prediction: predictionOf("empty@1"), annotated: null, ...AT_ONCE });
  assertEquals(fixture.master.nodes().map(({ completed, state }) => [completed, state]), [[1, "ready"]]);
});

Deno.test("predict() keeps the picture for the node until it is answered, and no longer", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answers = [fixture.master.predict(PICTURE, FACES), fixture.master.predict(PICTURE, FACES)];
  const [first, second] = [await node.next("task.assign"), await node.next("task.assign")];
  assertEquals(first.image, { digest: digestOf(PICTURE), size: PICTURE.length });
  assertEquals(await fixture.master.blobs.read(digestOf(PICTURE)), PICTURE);
  node.send(resultOf(first));
  await answers[0];
  assertEquals(await fixture.master.blobs.stat(digestOf(PICTURE)), PICTURE.length, "the other task needs it");
  node.send(resultOf(second));
  await answers[1];
  assertEquals(await fixture.master.blobs.stat(digestOf(PICTURE)), null);
});

/** Store that returns wrong bytes for tampered blobs until they are deleted. */
class TamperedStore extends MemoryBlobStore {
  readonly tampered = new Set<string>();

  override open(...[digest, options]: Parameters<MemoryBlobStore["open"]>) {
    if (!this.tampered.has(digest)) return super.open(digest, options);
    return Promise.resolve({ size: 3, stream: new Blob([PICTURE.slice(0, 3)]).stream() });
  }

  /** Takes damaged bytes out, as every store does when it reads them. */
  override async read(digest: Parameters<MemoryBlobStore["read"]>[0]) {
    if (!this.tampered.has(digest)) return await super.read(digest);
    await this.delete(digest);
    throw new DmlError("blob_corrupt", `${digest} has other bytes.`);
  }

  override delete(digest: Parameters<MemoryBlobStore["delete"]>[0]) {
    this.tampered.delete(digest);
    return super.delete(digest);
  }
}

Deno.test("a master repairs a model file when a node reports that its bytes are wrong", async () => {
  const [loaded, durableBlobs] = [{ count: 0 }, new TamperedStore()];
  await using fixture = await MasterFixture.start({ durableBlobs, catalog: [pictureEntry(loaded)] });
  await fixture.master.blobs.read(digestOf(FILE));
  durableBlobs.tampered.add(digestOf(FILE));
  const node = await fixture.arrive(1);
  const { manifest: { digest: manifestDigest } } = await node.next("model.offer");
  const reason = "the bytes are not those of its name";
  node.send({ type: "model.failed", manifestDigest, code: "engine_failed", reason });
  await fixture.heeded(node);
  await fixture.pass(200);
  assertEquals(loaded.count, 1, "nothing is wrong with the files");
  node.send({ type: "model.failed", manifestDigest, code: "blob_corrupt", reason });
  await fixture.heeded(node);
  while (loaded.count < 2) await fixture.pass(100);
  assertEquals(await fixture.master.blobs.read(digestOf(FILE)), FILE);
});

Deno.test("predict() keeps an annotated picture for a minute", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = fixture.master.predict(PICTURE, ANNOTATED);
  const assign = await node.next("task.assign");
  assertEquals(assign.options, { annotate: true, embeddings: false, gallery: null, crops: false });
  const drawn = new TextEncoder().encode("drawn");
  const annotated = { digest: digestOf(drawn), size: drawn.length, mediaType: "image/jpeg" };
  await fixture.master.blobs.put(annotated.digest, drawn);
  node.send(resultOf(assign, { annotated }));
  assertEquals((await answer).annotated, annotated);
  fixture.clock.advance(LIMITS.resultKeptMs - 1_000);
  assertEquals(await fixture.master.readAnnotated(annotated.digest), drawn);
  fixture.clock.advance(1_000);
  const error = await assertRejects(() => fixture.master.readAnnotated(annotated.digest), DmlError);
  assertEquals(error.code, "blob_not_found");
});

Deno.test("predict() does not believe in an annotated picture of other bytes", async () => {
  await using fixture = await MasterFixture.start({ settings: { attemptsMax: 1 } });
  const node = await fixture.join(1);
  const answer = fixture.master.predict(PICTURE, ANNOTATED);
  const assign = await node.next("task.assign");
  const annotated = { digest: digestOf(FILE), size: 1, mediaType: "image/jpeg" };
  node.send(resultOf(assign, { annotated }));
  node.sendPicture({ digest: annotated.digest, bytes: PICTURE });
  assertEquals((await assertRejects(() => answer, DmlError)).code, "attempt_failed");
});

Deno.test("predict() notifies the node when the caller aborts", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const caller = new AbortController();
  const answer = fixture.master.predict(PICTURE, { ...FACES, signal: caller.signal });
  const { taskId } = await node.next("task.assign");
  caller.abort();
  assertEquals(await node.next("task.cancel"), { type: "task.cancel", taskId, attempt: 1 });
  assertEquals((await assertRejects(() => answer, DmlError)).code, "cancelled");
  assertEquals(await fixture.master.blobs.stat(digestOf(PICTURE)), null);
  const gone = { ...FACES, signal: AbortSignal.abort() };
  assertEquals((await assertRejects(() => fixture.master.predict(PICTURE, gone), DmlError)).code, "cancelled");
});

Deno.test("predict() refuses an empty picture and an unknown model", async () => {
  await using fixture = await MasterFixture.start();
  const { master } = fixture;
  assertEquals((await assertRejects(() => master.predict(NOTHING, FACES), DmlError)).code, "image_empty");
  const unknown = { ...FACES, model: "faxes" };
  const error = await assertRejects(() => master.predict(PICTURE, unknown), DmlError);
  assertEquals(error.code, "model_unknown");
  assertStringIncludes(error.message, "faces");
});

Deno.test("predict() makes nodes fetch an optional model on the first request, not before", async () => {
  await using fixture = await MasterFixture.start({ catalog: [{ ...pictureEntry(), isOptional: true }] });
  const { master } = fixture;
  const node = await fixture.arrive(1);
  await fixture.heeded(node);
  assertEquals(master.nodes().map(({ models }) => models), [[]], "it was offered nothing");
  assertEquals(master.models().map(({ name, readyNodes }) => [name, readyNodes]), [["faces@1", 0]]);
  const answer = master.predict(PICTURE, FACES);
  const { manifest } = await node.next("model.offer");
  node.send({
    type: "model.ready",
    manifestDigest: manifest.digest,
    imagesPerSecond: 10,
    fetchedBytes: 1,
    warmUpMs: 1,
  });
  node.send(resultOf(await node.next("task.assign")));
  assertEquals((await answer).prediction, predictionOf("faces@1"));
  assertEquals(master.models().map(({ readyNodes }) => readyNodes), [1]);
});

Deno.test("predict() retries on another node when one is lost", async () => {
  await using fixture = await MasterFixture.start();
  const first = await fixture.join(1);
  const answer = fixture.master.predict(NOTHING, EMPTY);
  await first.next("task.assign");
  const second = await fixture.join(2);
  await first.close();
  const assign = await second.next("task.assign");
  assertEquals(assign.attempt, 2);
  second.send(resultOf(assign));
  assertEquals((await answer).prediction.model, "empty@1");
  const states = fixture.master.nodes().map(({ state }) => state);
  assertEquals(states, ["offline", "ready"]);
});

Deno.test("predict() throws when the files of the model are not available", async () => {
  const fault = new DmlError("assets_missing", "The file could not be loaded.");
  const entry = { ...pictureEntry(), loadFile: () => Promise.reject(fault) };
  await using fixture = await MasterFixture.start({ catalog: [entry], settings: { joinGraceMs: 0 } });
  const node = await fixture.knock(1);
  const { manifest, files } = await node.next("model.offer");
  assertEquals((await assertRejects(() => fixture.master.blobs.read(files[0].digest), DmlError)).code, fault.code);
  const manifestDigest = manifest.digest;
  const answer = assertRejects(() => fixture.master.predict(PICTURE, FACES), DmlError);
  node.send({ type: "model.failed", manifestDigest, code: "engine_failed", reason: "It is not there." });
  node.send({ type: "goodbye", code: "shutting_down", reason: "Enough." });
  await node.ended;
  fixture.clock.advance(1_000);
  assertEquals((await answer).code, "assets_missing");
  assert(fixture.logged.some(({ level, message }) => level === "error" && message.includes("could not be loaded")));
});

Deno.test("blobs creates the files of a model once, however many nodes request them", async () => {
  const loaded = { count: 0 };
  const durableBlobs = new MemoryBlobStore();
  const catalog = [pictureEntry(loaded)];
  {
    await using fixture = await MasterFixture.start({ catalog, durableBlobs });
    const { blobs } = fixture.master;
    const digest = digestOf(FILE);
    const sizes = await Promise.all([blobs.stat(digest), blobs.stat(digest), blobs.stat(digest)]);
    assertEquals(sizes, [FILE.length, FILE.length, FILE.length]);
    assertEquals(await blobs.read(digest), FILE);
    const [{ manifestDigest }] = fixture.master.models();
    assert((await blobs.stat(manifestDigest) ?? 0) > 0);
  }
  await using again = await MasterFixture.start({ catalog, durableBlobs });
  assertEquals(await again.master.blobs.stat(digestOf(FILE)), FILE.length);
  assertEquals(loaded.count, 1);
});

Deno.test("startMaster() remembers its nodes across a restart", async () => {
  const ledger = new MemoryLedger();
  {
    await using fixture = await MasterFixture.start({ ledger });
    fixture.clock.advance(5_000);
    const node = await fixture.join(1, { name: "atlas" });
    const answer = fixture.master.predict(NOTHING, EMPTY);
    node.send(resultOf(await node.next("task.assign")));
    await answer;
    fixture.clock.advance(1_000);
  }
  await using fixture = await MasterFixture.start({ ledger });
  const [listed] = fixture.master.nodes();
  assertEquals(
    [listed.name, listed.state, listed.firstSeenMs, listed.completed, listed.models],
    ["atlas", "offline", 5_000, 1, []],
  );
  await fixture.join(1, { name: "atlas" });
  assertEquals(fixture.master.nodes().map(({ state, firstSeenMs }) => [state, firstSeenMs]), [["ready", 5_000]]);
});

Deno.test("startMaster() goes on with a ledger that cannot be written, and writes it once it can", async () => {
  const kept = new MemoryLedger();
  const disk = { full: false };
  const ledger: Ledger = {
    load: () => kept.load(),
    close() {},
    append(events) {
      if (disk.full) throw new Error("no space left on device");
      kept.append(events);
    },
  };
  await using fixture = await MasterFixture.start({ ledger });
  disk.full = true;
  const joined = [await fixture.join(1), await fixture.join(2)];
  assertEquals(kept.load().nodes, []);
  const errors = fixture.logged.filter(({ level }) => level === "error");
  assertEquals(errors.length, 1, "it is said once");
  disk.full = false;
  joined.push(await fixture.join(3));
  assertEquals(kept.load().nodes.map(({ nodeId }) => nodeId), joined.map(({ nodeId }) => nodeId));
});

Deno.test("command() returns the node's answer, or throws if the node is not connected", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const drained = fixture.master.command(node.nodeId, "drain");
  const { command, commandId } = await node.next("command.run");
  assertEquals(command, "drain");
  assertEquals(fixture.master.nodes()[0].state, "draining");
  node.send({ type: "command.done", commandId, ok: true, detail: "Drains." });
  assertEquals(await drained, "Drains.");
  const absent = () => fixture.master.command(idOf("node", 9), "drain");
  assertEquals((await assertRejects(absent, DmlError)).code, "node_unknown");
});

Deno.test("stop() finishes running tasks, refuses new ones, and says goodbye", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = fixture.master.predict(NOTHING, EMPTY);
  const assign = await node.next("task.assign");
  const stopped = fixture.master.stop({ graceMs: 5_000 });
  const late = await assertRejects(() => fixture.master.predict(NOTHING, EMPTY), DmlError);
  assertEquals(late.code, "shutting_down");
  node.send(resultOf(assign));
  assertEquals((await answer).prediction.model, "empty@1");
  assertEquals((await node.next("goodbye")).code, "shutting_down");
  await node.ended;
  await stopped;
});

Deno.test("stop() fails tasks that are not done in time", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = assertRejects(() => fixture.master.predict(NOTHING, EMPTY), DmlError);
  await node.next("task.assign");
  const stopped = fixture.master.stop({ graceMs: 5_000 });
  fixture.clock.advance(5_000);
  assertEquals((await answer).code, "shutting_down");
  await stopped;
});

Deno.test("info() returns the control port, and whether a token is required", async () => {
  await using open = await MasterFixture.start();
  await using closed = await MasterFixture.start({ credentials: fixedCredentials(newTokens()) });
  assertEquals(open.master.info(), {
    product: "dml",
    version: "0.0.0",
    protocol: PROTOCOL_VERSION,
    controlPort: open.master.controlAddress.port,
    tokenRequired: false,
  });
  assertEquals(closed.master.info().tokenRequired, true);
});
