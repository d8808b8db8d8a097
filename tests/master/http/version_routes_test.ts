import { assertEquals, assertStringIncludes } from "../../assert.ts";
import type { CatalogEntry } from "../../../models/catalog/catalog_entry.ts";
import { encodeManifest } from "../../../models/manifest.ts";
import { MemoryLedger } from "../../../master/ledger/memory_ledger.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { collectedSchema, lineageSchema, rolloutSchema } from "../../../protocol/http_api/rollout_api.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { emptyManifest } from "../core_world.ts";
import { MasterFixture, type ScriptedNode } from "../master_fixture.ts";
import { ask, problemIn } from "./http_fixture.ts";

function entry(version: number): CatalogEntry {
  return {
    manifest: emptyManifest("empty", version),
    loadFile: () => Promise.reject(new Error("it has no model files")),
  };
}

/** Returns a ledger in which the latest version of `empty` is `empty@1`. */
function ledgerOfFirst(): MemoryLedger {
  const ledger = new MemoryLedger();
  const document = emptyManifest("empty", 1);
  const { digest, bytes } = encodeManifest(document);
  const manifest = { digest, size: bytes.length };
  ledger.append([
    { type: "model_registered", manifest, document, atMs: 0, atWallMs: 0 },
    { type: "latest_moved", name: "empty", to: digest, previous: null },
  ]);
  return ledger;
}

async function lineage(fixture: MasterFixture) {
  return lineageSchema.parse(await (await ask(fixture.master, "/v1/models/empty/rollouts")).json());
}

function send(fixture: MasterFixture, method: string, path: string, body?: unknown) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return ask(fixture.master, path, { method, body: text });
}

Deno.test("a master whose catalog brings a newer version starts its rollout", async () => {
  const ledger = ledgerOfFirst();
  await using fixture = await MasterFixture.start({ ledger, catalog: [entry(1), entry(2)] });
  const { latest, versions, current } = await lineage(fixture);
  assertEquals([latest, versions], ["empty@1", ["empty@1", "empty@2"]]);
  assertEquals([current?.to, current?.automatic, current?.stage], ["empty@2", true, "fetching"]);
  assertEquals(ledger.load().rollouts.map(({ record }) => record.to), ["empty@2"], "it is remembered");
});

Deno.test("a version of the user's own is not rolled out by a restart of the master", async () => {
  const [ledger, durableBlobs] = [new MemoryLedger(), new MemoryBlobStore()];
  const catalog = [entry(1)];
  const before = await MasterFixture.start({ ledger, durableBlobs, catalog });
  const body = encodeManifest(emptyManifest("empty", 2)).bytes;
  await (await ask(before.master, "/v1/models", { method: "POST", body })).body?.cancel();
  assertEquals((await lineage(before)).latest, "empty@1");
  await before[Symbol.asyncDispose]();
  await using after = await MasterFixture.start({ ledger, durableBlobs, catalog });
  const { latest, versions, current } = await lineage(after);
  assertEquals([latest, versions, current], ["empty@1", ["empty@1", "empty@2"], null]);
});

Deno.test("a new master starts with the highest version of its catalog, without a rollout", async () => {
  await using fixture = await MasterFixture.start({ catalog: [entry(1), entry(2)] });
  const { latest, current } = await lineage(fixture);
  assertEquals([latest, current], ["empty@2", null]);
});

Deno.test("a rollout that was interrupted by a stop of the master starts again after the restart", async () => {
  const [ledger, durableBlobs] = [ledgerOfFirst(), new MemoryBlobStore()];
  const catalog = [entry(1), entry(2)];
  const before = await MasterFixture.start({ ledger, durableBlobs, catalog });
  const { current } = await lineage(before);
  await before[Symbol.asyncDispose]();
  await using after = await MasterFixture.start({ ledger, durableBlobs, catalog });
  const resumed = (await lineage(after)).current;
  assertEquals([resumed?.rolloutId, resumed?.stage], [current?.rolloutId, "fetching"]);
});

Deno.test("POST …/rollouts starts a rollout, which moves the latest version; rollback moves it back", async () => {
  await using fixture = await MasterFixture.start({ ledger: ledgerOfFirst(), catalog: [entry(1), entry(2)] });
  await send(fixture, "POST", "/v1/models/empty/rollback"); // ends the one that began by itself
  await send(fixture, "PUT", "/v1/models/empty@2/pin", { pinned: true }); // so that the node has both
  const node = await fixture.join(1);
  const answer = await send(fixture, "POST", "/v1/models/empty/rollouts", { version: 2, canary: 0 });
  assertEquals(answer.status, 202);
  const begun = rolloutSchema.parse(await answer.json());
  assertEquals([begun.from, begun.to, begun.settings.canaryTasks], ["empty@1", "empty@2", 20]);
  await fixture.pass(1_000);
  const promoted = await lineage(fixture);
  assertEquals([promoted.latest, promoted.previous, promoted.current], ["empty@2", "empty@1", null]);
  assertEquals(promoted.history[0].stage, "promoted");
  const { prediction } = await predicted(fixture, node);
  assertEquals(prediction.model, "empty@2");
  const back = await send(fixture, "POST", "/v1/models/empty/rollback");
  assertStringIncludes((await back.json()).detail, "empty@1 is the latest version again.");
  assertEquals((await lineage(fixture)).latest, "empty@1");
});

async function predicted(fixture: MasterFixture, node: ScriptedNode) {
  const answer = fixture.master.predict(new Uint8Array(), {
    model: "empty",
    annotate: false,
    embeddings: false,
    gallery: null,
    crops: false,
  });
  const assign = await node.next("task.assign");
  const { name } = fixture.master.models().find(({ manifestDigest }) => manifestDigest === assign.manifestDigest)!;
  const timings = { decodeMs: 0, prepareMs: 0, inferMs: 0, interpretMs: 0, drawMs: 0, encodeMs: 0, totalMs: 0 };
  node.send({
    type: "task.result",
    taskId: assign.taskId,
    attempt: assign.attempt,
    prediction: { model: name, width: 0, height: 0, persons: [], timings },
    annotated: null,
    serviceMs: 1,
  });
  return await answer;
}

Deno.test("versions are pinned, removed and collected; a removed one does not come back after a restart", async () => {
  const [ledger, durableBlobs] = [ledgerOfFirst(), new MemoryBlobStore()];
  const catalog = [entry(1), entry(2)];
  const fixture = await MasterFixture.start({ ledger, durableBlobs, catalog });
  const pin = (pinned: boolean) => send(fixture, "PUT", "/v1/models/empty@2/pin", { pinned });
  const remove = () => send(fixture, "DELETE", "/v1/models/empty@2");
  assertEquals((await pin(true)).status, 200);
  assertEquals((await lineage(fixture)).pinned, ["empty@2"]);
  assertEquals((await problemIn(remove())).status, 409);
  await pin(false);
  await send(fixture, "POST", "/v1/models/empty/rollback");
  await fixture.master.blobs.read(encodeManifest(catalog[1].manifest).digest);
  assertStringIncludes((await (await remove()).json()).detail, "empty@2 is gone");
  assertEquals(
    (await problemIn(ask(fixture.master, "/v1/predictions?model=empty@2", { method: "POST" }))).code,
    "model_unknown",
  );
  const collected = collectedSchema.parse(await (await send(fixture, "POST", "/v1/gc")).json());
  assertEquals(collected.files, 1);
  assertEquals(await durableBlobs.stat(encodeManifest(catalog[1].manifest).digest), null);
  await fixture[Symbol.asyncDispose]();
  await using again = await MasterFixture.start({ ledger, durableBlobs, catalog });
  assertEquals((await lineage(again)).versions, ["empty@1"]);
});

function names(fixture: MasterFixture): string[] {
  return fixture.master.models().map(({ name }) => name).sort();
}

Deno.test("DELETE does not remove a built-in model, nor its latest version", async () => {
  await using fixture = await MasterFixture.start();
  for (const [path, sentence] of [["empty@1", "is the latest version"], ["empty", "comes with dml"]]) {
    const problem = await problemIn(send(fixture, "DELETE", `/v1/models/${path}`));
    assertEquals([problem.status, problem.code], [409, "model_in_use"], path);
    assertStringIncludes(problem.detail, sentence);
    assertStringIncludes(problem.advice, "add a version of your own");
  }
  assertEquals((await lineage(fixture)).latest, "empty@1");
});

Deno.test("refusals of a rollout or rollback advise something that helps, and name no field", async () => {
  await using fixture = await MasterFixture.start({ catalog: [entry(1)] });
  for (
    const [path, request, advice] of [
      ["/v1/models/empty/rollouts", { version: 1 }, "`dml models rollout empty` lists the versions."],
      ["/v1/models/empty/rollback", undefined, "`dml models rollout empty` lists the versions."],
      ["/v1/models/empty@1/rollback", undefined, "Send the request to the name without a version."],
    ] as const
  ) {
    const problem = await problemIn(send(fixture, "POST", path, request));
    assertEquals([problem.code, problem.advice], ["request_invalid", advice], path);
  }
});

Deno.test("DELETE of a name removes an uploaded model for good, and the built-in one takes its place", async () => {
  const [ledger, durableBlobs] = [ledgerOfFirst(), new MemoryBlobStore()];
  const first = encodeManifest(emptyManifest("empty", 1)).digest;
  const document = emptyManifest("empty", 2);
  const { digest, bytes } = encodeManifest(document);
  await durableBlobs.put(digest, bytes);
  ledger.append([
    { type: "model_registered", manifest: { digest, size: bytes.length }, document, atMs: 0, atWallMs: 0 },
    { type: "latest_moved", name: "empty", to: digest, previous: first },
    { type: "version_removed", manifestDigest: first, atWallMs: 0 },
  ]);
  const fixture = await MasterFixture.start({ ledger, durableBlobs, catalog: [entry(1)] });
  const body = encodeManifest(emptyManifest("own", 1)).bytes;
  await (await ask(fixture.master, "/v1/models", { method: "POST", body })).body?.cancel();
  assertEquals(names(fixture), ["empty@2", "own@1"]);
  assertStringIncludes((await (await send(fixture, "DELETE", "/v1/models/own")).json()).detail, "own@1 is gone");
  assertEquals(names(fixture), ["empty@2"]);
  assertEquals((await send(fixture, "DELETE", "/v1/models/empty")).status, 200);
  assertEquals(names(fixture), ["empty@1"]);
  await fixture[Symbol.asyncDispose]();
  await using again = await MasterFixture.start({ ledger, durableBlobs, catalog: [entry(1)] });
  assertEquals(names(again), ["empty@1"]);
});

Deno.test("a master restores a built-in model whose only version an earlier master removed", async () => {
  const [ledger, durableBlobs] = [ledgerOfFirst(), new MemoryBlobStore()];
  const { digest } = encodeManifest(entry(1).manifest);
  ledger.append([{ type: "version_removed", manifestDigest: digest, atWallMs: 1 }]);
  await using fixture = await MasterFixture.start({ ledger, durableBlobs, catalog: [entry(1)] });
  assertEquals((await lineage(fixture)).versions, ["empty@1"]);
  assertEquals([ledger.load().models.length, ledger.load().removed.length], [1, 0]);
});

Deno.test("DELETE of a version keeps an optional model that nobody has requested yet", async () => {
  const optional: CatalogEntry = { ...entry(1), manifest: emptyManifest("rare", 1), isOptional: true };
  await using fixture = await MasterFixture.start({ ledger: ledgerOfFirst(), catalog: [entry(1), entry(2), optional] });
  await send(fixture, "POST", "/v1/models/empty/rollback");
  assertEquals((await send(fixture, "DELETE", "/v1/models/empty@2")).status, 200);
  const answer = ask(fixture.master, "/v1/predictions?model=rare", { method: "POST" });
  await fixture.master.stop({ graceMs: 0 });
  assertEquals((await problemIn(answer)).code, "shutting_down", "it is known, and was waited for");
});

Deno.test("versionRoutes() refuse invalid requests, and every role but the admin", async () => {
  await using fixture = await MasterFixture.start({ ledger: ledgerOfFirst(), catalog: [entry(1)] });
  for (
    const [method, path, body, code] of [
      ["POST", "/v1/models/empty/rollouts", { version: 7 }, "model_unknown"],
      ["POST", "/v1/models/empty/rollouts", { version: 1, canary: 2 }, "request_invalid"],
      ["POST", "/v1/models/empty@1/rollouts", { version: 1 }, "request_invalid"],
      ["POST", "/v1/models/emty/rollback", undefined, "model_unknown"],
      ["PUT", "/v1/models/empty/pin", { pinned: true }, "request_invalid"],
      ["DELETE", "/v1/models/empty@9", undefined, "model_unknown"],
    ] as const
  ) {
    assertEquals((await problemIn(send(fixture, method, path, body))).code, code, `${method} ${path}`);
  }
  const tokens = newTokens();
  await using closed = await MasterFixture.start({ credentials: fixedCredentials(tokens) });
  for (
    const [method, path] of [["GET", "/v1/models/empty/rollouts"], ["POST", "/v1/gc"], [
      "DELETE",
      "/v1/models/empty@1",
    ]]
  ) {
    assertEquals((await ask(closed.master, path, { method, token: tokens.user })).status, 403, path);
    assertEquals((await ask(closed.master, path, { method })).status, 401, path);
  }
});
