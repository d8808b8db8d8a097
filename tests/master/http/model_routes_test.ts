import { digestOf } from "../../../protocol/kernel/digest.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { modelAddedSchema, modelDetailSchema, modelFileReceivedSchema } from "../../../protocol/http_api/api.ts";
import { encodeManifest, type Manifest } from "../../../models/manifest.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { emptyManifest } from "../core_world.ts";
import { MasterFixture } from "../master_fixture.ts";
import { ask, problemIn } from "./http_fixture.ts";

const FILE = new TextEncoder().encode("the bytes of another model file");
const DIGEST = digestOf(FILE);

function manifestOf(overrides: Partial<Manifest> = {}): Manifest {
  return {
    ...emptyManifest("added"),
    files: [{ role: "model", digest: DIGEST, size: FILE.length }],
    ...overrides,
  } as Manifest;
}

function putPiece(fixture: MasterFixture, start: number, end: number) {
  return ask(fixture.master, `/v1/model-files/${DIGEST}?size=${FILE.length}`, {
    method: "PUT",
    body: FILE.slice(start, end),
    headers: { "content-range": `bytes ${start}-${end - 1}/${FILE.length}` },
  });
}

function post(fixture: MasterFixture, manifest: Manifest) {
  return ask(fixture.master, "/v1/models", { method: "POST", body: encodeManifest(manifest).bytes });
}

Deno.test("POST /v1/models serves a model whose files were uploaded, and offers it to the nodes", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const missing = await problemIn(post(fixture, manifestOf()));
  assertEquals(missing.code, "blob_not_found");
  assertStringIncludes(missing.detail, DIGEST);

  assertEquals(modelFileReceivedSchema.parse(await (await putPiece(fixture, 0, 10)).json()), { receivedBytes: 10 });
  const whole = await putPiece(fixture, 10, FILE.length);
  assertEquals(modelFileReceivedSchema.parse(await whole.json()), { receivedBytes: FILE.length });

  const answer = await post(fixture, manifestOf());
  assertEquals(answer.status, 201);
  const added = modelAddedSchema.parse(await answer.json());
  assertEquals([added.name, added.isNew], ["added@1", true]);
  const offer = await node.next("model.offer");
  assertEquals([offer.model, offer.files.length], ["added@1", 1]);
  const again = await post(fixture, manifestOf());
  assertEquals([again.status, modelAddedSchema.parse(await again.json()).isNew], [200, false]);
});

Deno.test("POST /v1/models refuses a different model with a known version, and invalid manifests", async () => {
  await using fixture = await MasterFixture.start();
  await putPiece(fixture, 0, FILE.length);
  await (await post(fixture, manifestOf())).body?.cancel();
  const taken = await problemIn(post(fixture, manifestOf({ description: "another" })));
  assertEquals(taken.code, "model_invalid");
  assertStringIncludes(taken.advice, "version 2");
  const garbage = ask(fixture.master, "/v1/models", { method: "POST", body: "<html>" });
  assertEquals((await problemIn(garbage)).code, "model_invalid");
  const long = { method: "POST", body: "x".repeat(LIMITS.manifestBytesMax + 1) };
  assertEquals((await problemIn(ask(fixture.master, "/v1/models", long))).code, "request_invalid");
});

Deno.test("GET /v1/models/{name} shows its state on each node, with the reason", async () => {
  await using fixture = await MasterFixture.start();
  await fixture.join(1);
  await putPiece(fixture, 0, FILE.length);
  const requirements = { engine: "none" as const, memoryBytes: 0, dml: "99.0.0" };
  await (await post(fixture, manifestOf({ requirements }))).body?.cancel();
  const detail = modelDetailSchema.parse(await (await ask(fixture.master, "/v1/models/added")).json());
  assertEquals(detail.model.name, "added@1");
  assertEquals(detail.nodes.map(({ status }) => status.state), ["unsuitable"]);
  assertStringIncludes(detail.nodes[0].status.reason ?? "", "needs dml 99.0.0");
  assertEquals((await problemIn(ask(fixture.master, "/v1/models/nobody"))).code, "model_unknown");
});

Deno.test("PUT /v1/model-files refuses pieces that are too large or whose headers contradict each other", async () => {
  await using fixture = await MasterFixture.start();
  const put = (query: string, headers: Record<string, string>) =>
    problemIn(
      ask(fixture.master, `/v1/model-files/${DIGEST}${query}`, { method: "PUT", body: FILE.slice(0, 10), headers }),
    );
  assertEquals((await put("", {})).code, "request_invalid");
  assertEquals((await put("?size=0", {})).code, "request_invalid");
  assertEquals((await put("?size=26", {})).code, "request_invalid");
  assertEquals((await put("?size=26", { "content-range": "bytes 0-25/26" })).code, "request_invalid");
  assertEquals((await put("?size=26", { "content-range": "bytes 20-29/26" })).code, "request_invalid");
  assertEquals((await put("?size=26", { "content-range": "bytes 0-9/27" })).code, "request_invalid");
  assertEquals((await put(`?size=${LIMITS.modelFileBytesMax + 1}`, {})).code, "blob_too_large");
  const length = LIMITS.modelFilePieceBytes + 1;
  const large = { "content-range": `bytes 0-${length - 1}/${length}`, "content-length": String(length) };
  assertEquals((await put(`?size=${length}`, large)).code, "blob_too_large");
});

Deno.test("only the admin uploads files, adds models and sees which nodes have them", async () => {
  const tokens = newTokens();
  await using fixture = await MasterFixture.start({ credentials: fixedCredentials(tokens) });
  const calls = [
    ["GET", `/v1/model-files/${DIGEST}?size=10`],
    ["PUT", `/v1/model-files/${DIGEST}?size=10`],
    ["POST", "/v1/models"],
    ["GET", "/v1/models/faces"],
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
