import { digestOf } from "../../../protocol/kernel/digest.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { layerReceivedSchema, recognizerAddedSchema, recognizerDetailSchema } from "../../../protocol/http_api/api.ts";
import { encodeManifest, type Manifest } from "../../../models/manifest.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { emptyManifest } from "../core_world.ts";
import { MasterFixture } from "../master_fixture.ts";
import { ask, problemIn } from "./http_fixture.ts";

const LAYER = new TextEncoder().encode("the bytes of another layer");
const DIGEST = digestOf(LAYER);

function manifestOf(overrides: Partial<Manifest> = {}): Manifest {
  return {
    ...emptyManifest("added"),
    layers: [{ role: "model", digest: DIGEST, size: LAYER.length }],
    ...overrides,
  } as Manifest;
}

function putPiece(fixture: MasterFixture, start: number, end: number) {
  return ask(fixture.master, `/v1/layers/${DIGEST}?size=${LAYER.length}`, {
    method: "PUT",
    body: LAYER.slice(start, end),
    headers: { "content-range": `bytes ${start}-${end - 1}/${LAYER.length}` },
  });
}

function post(fixture: MasterFixture, manifest: Manifest) {
  return ask(fixture.master, "/v1/recognizers", { method: "POST", body: encodeManifest(manifest).bytes });
}

Deno.test("POST /v1/recognizers serves a recognizer whose files were put, and offers it to the nodes", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const missing = await problemIn(post(fixture, manifestOf()));
  assertEquals(missing.code, "blob_not_found");
  assertStringIncludes(missing.detail, DIGEST);

  assertEquals(layerReceivedSchema.parse(await (await putPiece(fixture, 0, 10)).json()), { receivedBytes: 10 });
  const whole = await putPiece(fixture, 10, LAYER.length);
  assertEquals(layerReceivedSchema.parse(await whole.json()), { receivedBytes: LAYER.length });

  const answer = await post(fixture, manifestOf());
  assertEquals(answer.status, 201);
  const added = recognizerAddedSchema.parse(await answer.json());
  assertEquals([added.name, added.isNew], ["added@1", true]);
  const offer = await node.next("model.offer");
  assertEquals([offer.recognizer, offer.layers.length], ["added@1", 1]);
  const again = await post(fixture, manifestOf());
  assertEquals([again.status, recognizerAddedSchema.parse(await again.json()).isNew], [200, false]);
});

Deno.test("POST /v1/recognizers refuses another recognizer of a version that is taken, and what is no manifest", async () => {
  await using fixture = await MasterFixture.start();
  await putPiece(fixture, 0, LAYER.length);
  await (await post(fixture, manifestOf())).body?.cancel();
  const taken = await problemIn(post(fixture, manifestOf({ description: "another" })));
  assertEquals(taken.code, "recognizer_invalid");
  assertStringIncludes(taken.advice, "version 2");
  const garbage = ask(fixture.master, "/v1/recognizers", { method: "POST", body: "<html>" });
  assertEquals((await problemIn(garbage)).code, "recognizer_invalid");
  const long = { method: "POST", body: "x".repeat(LIMITS.manifestBytesMax + 1) };
  assertEquals((await problemIn(ask(fixture.master, "/v1/recognizers", long))).code, "request_invalid");
});

Deno.test("GET /v1/recognizers/{name} says how each node stands to it, and why not", async () => {
  await using fixture = await MasterFixture.start();
  await fixture.join(1);
  await putPiece(fixture, 0, LAYER.length);
  const requirements = { engine: "none" as const, memoryBytes: 0, dml: "99.0.0" };
  await (await post(fixture, manifestOf({ requirements }))).body?.cancel();
  const detail = recognizerDetailSchema.parse(await (await ask(fixture.master, "/v1/recognizers/added")).json());
  assertEquals(detail.recognizer.name, "added@1");
  assertEquals(detail.nodes.map(({ standing }) => standing.state), ["unsuitable"]);
  assertStringIncludes(detail.nodes[0].standing.reason ?? "", "needs dml 99.0.0");
  assertEquals((await problemIn(ask(fixture.master, "/v1/recognizers/nobody"))).code, "recognizer_unknown");
});

Deno.test("PUT /v1/layers refuses pieces that contradict themselves or are too large", async () => {
  await using fixture = await MasterFixture.start();
  const put = (query: string, headers: Record<string, string>) =>
    problemIn(
      ask(fixture.master, `/v1/layers/${DIGEST}${query}`, { method: "PUT", body: LAYER.slice(0, 10), headers }),
    );
  assertEquals((await put("", {})).code, "request_invalid");
  assertEquals((await put("?size=0", {})).code, "request_invalid");
  assertEquals((await put("?size=26", {})).code, "request_invalid");
  assertEquals((await put("?size=26", { "content-range": "bytes 0-25/26" })).code, "request_invalid");
  assertEquals((await put("?size=26", { "content-range": "bytes 20-29/26" })).code, "request_invalid");
  assertEquals((await put("?size=26", { "content-range": "bytes 0-9/27" })).code, "request_invalid");
  assertEquals((await put(`?size=${LIMITS.layerBytesMax + 1}`, {})).code, "blob_too_large");
  const length = LIMITS.layerPieceBytes + 1;
  const large = { "content-range": `bytes 0-${length - 1}/${length}`, "content-length": String(length) };
  assertEquals((await put(`?size=${length}`, large)).code, "blob_too_large");
});

Deno.test("only the admin puts layers, adds recognizers and sees which node has them", async () => {
  const tokens = newTokens();
  await using fixture = await MasterFixture.start({ tokens });
  const calls = [
    ["GET", `/v1/layers/${DIGEST}?size=10`],
    ["PUT", `/v1/layers/${DIGEST}?size=10`],
    ["POST", "/v1/recognizers"],
    ["GET", "/v1/recognizers/faces"],
  ] as const;
  for (const [method, path] of calls) {
    for (const token of [tokens.user, tokens.node]) {
      assertEquals((await problemIn(ask(fixture.master, path, { method, token }))).code, "forbidden", path);
    }
    const answer = await ask(fixture.master, path, { method, token: tokens.admin });
    assertEquals(answer.status === 401 || answer.status === 403, false, path);
    await answer.body?.cancel();
  }
});
