/** A master whose ledger cannot be written reports nothing as done that a crash would undo. */
import { encodeManifest } from "../../models/manifest.ts";
import { lineageSchema } from "../../protocol/http_api/rollout_api.ts";
import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { emptyManifest, predictionOf } from "./core_world.ts";
import { FailingLedger } from "./failing_ledger.ts";
import { ask, problemIn } from "./http/http_fixture.ts";
import { MasterFixture, resultOf, type ScriptedNode } from "./master_fixture.ts";

const EMPTY = { model: "empty", annotate: false, embeddings: false, gallery: null, crops: false };

/** Starts a master with `empty@1`, which is the latest, and `empty@2`, which was sent to it. */
async function start(ledger: FailingLedger): Promise<MasterFixture> {
  const fixture = await MasterFixture.start({ ledger });
  await (await post(fixture, 2)).body?.cancel();
  return fixture;
}

/** Connects a node that is ready for the latest versions. */
async function join(fixture: MasterFixture): Promise<ScriptedNode> {
  const node = await fixture.arrive(1);
  for (const _ of ["empty@1", "faces@1"]) await becomeReady(node);
  await fixture.heeded(node);
  return node;
}

/** Reports the node as ready for its next offer. */
async function becomeReady(node: ScriptedNode): Promise<void> {
  const { manifest: { digest: manifestDigest } } = await node.next("model.offer");
  node.send({ type: "model.ready", manifestDigest, imagesPerSecond: 10, fetchedBytes: 0, warmUpMs: 1 });
}

function post(fixture: MasterFixture, version: number, name = "empty"): Promise<Response> {
  const { bytes } = encodeManifest(emptyManifest(name, version));
  return ask(fixture.master, "/v1/models", { method: "POST", body: bytes });
}

function send(fixture: MasterFixture, method: string, path: string, body?: unknown): Promise<Response> {
  const text = body === undefined ? null : JSON.stringify(body);
  return ask(fixture.master, `/v1/models/${path}`, {
    method,
    body: text,
    headers: text === null ? {} : { "content-length": String(text.length) },
  });
}

async function lineage(fixture: MasterFixture) {
  return lineageSchema.parse(await (await ask(fixture.master, "/v1/models/empty/rollouts")).json());
}

const CHANGES: [string, (fixture: MasterFixture) => Promise<Response>][] = [
  ["a pin", (fixture) => send(fixture, "PUT", "empty@2/pin", { pinned: true })],
  ["a rollout", (fixture) => send(fixture, "POST", "empty/rollouts", { version: 2, canary: 0 })],
  ["a removal", (fixture) => send(fixture, "DELETE", "empty@2")],
  ["a model", (fixture) => post(fixture, 3)],
  ["a model of a new name", (fixture) => post(fixture, 1, "another")],
];

for (const [what, change] of CHANGES) {
  Deno.test(`a master whose disk is full refuses ${what}, does not do it, and does it once there is space`, async () => {
    const ledger = new FailingLedger();
    await using fixture = await start(ledger);
    const [before, remembered] = [await lineage(fixture), ledger.load()];
    ledger.isFull = true;
    for (const _ of ["once", "and again"]) {
      const problem = await problemIn(change(fixture));
      assertEquals([problem.status, problem.code], [507, "disk_full"]);
      assertStringIncludes(problem.detail, "Nothing was changed");
    }
    assertEquals(await lineage(fixture), before);
    assertEquals(fixture.master.models().map(({ name }) => name).sort(), ["empty@1", "empty@2", "faces@1"]);
    assertEquals(ledger.load(), remembered);
    const errors = fixture.logged.filter(({ level }) => level === "error");
    assertEquals(errors.map(({ fields }) => fields.code), ["disk_full"], "logged once");

    ledger.isFull = false;
    const answer = await change(fixture);
    assert(answer.ok, await answer.text());
    assert(JSON.stringify(ledger.load()) !== JSON.stringify(remembered), "it is in the ledger now");
  });
}

Deno.test("a master whose disk is full refuses to roll back, and does it once there is space", async () => {
  const ledger = new FailingLedger();
  await using fixture = await start(ledger);
  await (await send(fixture, "POST", "empty/rollouts", { version: 2, canary: 0 })).body?.cancel();
  ledger.isFull = true;
  assertEquals((await problemIn(send(fixture, "POST", "empty/rollback"))).code, "disk_full");
  assert((await lineage(fixture)).current !== null, "it is still rolled out");
  ledger.isFull = false;
  await (await send(fixture, "POST", "empty/rollback")).body?.cancel();
  assertEquals((await lineage(fixture)).current, null);
  assertEquals(ledger.load().rollouts.map(({ record }) => record.stage), ["rolled_back"]);
});

Deno.test("a master whose disk is full promotes nothing until there is space", async () => {
  const ledger = new FailingLedger();
  await using fixture = await start(ledger);
  const node = await join(fixture);
  await (await send(fixture, "POST", "empty/rollouts", { version: 2, canary: 0 })).body?.cancel();
  ledger.isFull = true;
  await becomeReady(node);
  await fixture.heeded(node);
  await fixture.pass(2_000);
  assertEquals((await lineage(fixture)).latest, "empty@1");
  ledger.isFull = false;
  await fixture.pass(500);
  assertEquals((await lineage(fixture)).latest, "empty@2");
  assertEquals(ledger.load().rollouts.map(({ record }) => record.stage), ["promoted"]);
});

Deno.test("a master whose disk is full accepts nodes and answers pictures, and records the nodes once there is space", async () => {
  const ledger = new FailingLedger();
  await using fixture = await start(ledger);
  ledger.isFull = true;
  const node = await join(fixture);
  const answer = fixture.master.predict(new Uint8Array(), EMPTY);
  node.send(resultOf(await node.next("task.assign")));
  assertEquals((await answer).prediction, predictionOf("empty@1"));
  assertEquals(ledger.load().nodes, []);
  ledger.isFull = false;
  await fixture.pass(500);
  assertEquals(ledger.load().nodes.map(({ nodeId }) => nodeId), [node.nodeId]);
});

Deno.test("a master that starts with a full disk serves the models of its catalog", async () => {
  const ledger = new FailingLedger();
  ledger.isFull = true;
  await using fixture = await MasterFixture.start({ ledger });
  assertEquals(fixture.master.models().map(({ name }) => name).sort(), ["empty@1", "faces@1"]);
  assertEquals((await problemIn(send(fixture, "PUT", "empty@1/pin", { pinned: true }))).code, "disk_full");
  ledger.isFull = false;
  await (await send(fixture, "PUT", "empty@1/pin", { pinned: true })).body?.cancel();
  assertEquals([ledger.load().models.length, ledger.load().pinned.length], [2, 1], "missed events are written first");
});
