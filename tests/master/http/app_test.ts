import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { clusterSchema, modelsSchema, nodesSchema } from "../../../protocol/http_api/api.ts";
import { blobPath, nodeCommandPath } from "../../../protocol/http_api/paths.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { idOf } from "../core_world.ts";
import { FILE, MasterFixture } from "../master_fixture.ts";
import { ask, problemIn } from "./http_fixture.ts";

const BLOB = new TextEncoder().encode("a blob");
const TOKENS = newTokens();

Deno.test("GET /v1/cluster and /v1/health need no token", async () => {
  await using fixture = await MasterFixture.start({ credentials: fixedCredentials(TOKENS) });
  const cluster = clusterSchema.parse(await (await ask(fixture.master, "/v1/cluster")).json());
  assertEquals(cluster, fixture.master.info());
  assertEquals((await ask(fixture.master, "/v1/health")).status, 200);
});

Deno.test("GET /v1/nodes lists the nodes that joined and their state for each model", async () => {
  await using fixture = await MasterFixture.start();
  const { nodeId } = await fixture.join(1, { name: "atlas" });
  const { nodes: [node] } = nodesSchema.parse(await (await ask(fixture.master, "/v1/nodes")).json());
  assertEquals([node.nodeId, node.name, node.state], [nodeId, "atlas", "ready"]);
  assertEquals(node.models, [
    { model: "empty@1", state: "ready", imagesPerSecond: 10, reason: null },
    { model: "faces@1", state: "ready", imagesPerSecond: 10, reason: null },
  ]);
});

Deno.test("GET /v1/models lists the served models and the number of ready nodes", async () => {
  await using fixture = await MasterFixture.start();
  await fixture.join(1);
  const body = await (await ask(fixture.master, "/v1/models")).json();
  const { models } = modelsSchema.parse(body);
  assertEquals(models.map(({ name, readyNodes }) => [name, readyNodes]), [["empty@1", 1], ["faces@1", 1]]);
  assert(models[1].bytes > FILE.length);
});

Deno.test("POST /v1/nodes/{id}/commands sends a command and answers the outcome that the node reports", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const order = (nodeId: string, body: string) =>
    ask(fixture.master, nodeCommandPath(nodeId), { method: "POST", body });
  const answer = order(node.nodeId, '{"command":"drain"}');
  const { commandId } = await node.next("command.run");
  node.send({ type: "command.done", commandId, ok: true, detail: "Drains." });
  assertEquals(await (await answer).json(), { detail: "Drains." });
  for (
    const [nodeId, body, code] of [
      [idOf("node", 9), '{"command":"drain"}', "node_unknown"],
      ["atlas", '{"command":"drain"}', "request_invalid"],
      [node.nodeId, '{"command":"explode"}', "request_invalid"],
      [node.nodeId, "drain", "request_invalid"],
      [node.nodeId, JSON.stringify({ command: "drain", why: "x".repeat(2_000) }), "request_invalid"],
    ]
  ) {
    assertEquals((await problemIn(order(nodeId, body))).code, code, body);
  }
});

Deno.test("GET /blobs serves the files of models, and makes missing ones on demand", async () => {
  await using fixture = await MasterFixture.start({ durableBlobs: new MemoryBlobStore() });
  const response = await ask(fixture.master, blobPath(digestOf(FILE)));
  assertEquals(await response.bytes(), FILE);
  const missing = await problemIn(ask(fixture.master, blobPath(digestOf(BLOB))));
  assertEquals([missing.status, missing.code], [404, "blob_not_found"]);
});

Deno.test("PUT /blobs refuses bytes that do not hash to their name", async () => {
  await using fixture = await MasterFixture.start();
  const path = blobPath(digestOf(BLOB));
  const wrong = await problemIn(ask(fixture.master, path, { method: "PUT", body: "another blob" }));
  assertEquals(wrong.code, "blob_corrupt");
  assertEquals((await problemIn(ask(fixture.master, path))).code, "blob_not_found");
});

/** Method, path, and the roles that may use it; a node with the secret of its session. */
const RULES: [string, string, (keyof typeof TOKENS)[]][] = [
  ["POST", "/v1/predictions?model=none", ["user", "admin"]],
  ["GET", "/v1/models", ["user", "admin"]],
  ["GET", "/v1/nodes", ["admin"]],
  ["POST", nodeCommandPath(idOf("node", 1)), ["admin"]],
  ["GET", blobPath(digestOf(BLOB)), ["user", "node", "admin"]],
  ["HEAD", blobPath(digestOf(BLOB)), ["user", "node", "admin"]],
  ["PUT", blobPath(digestOf(BLOB)), ["node"]],
];

for (const [method, path, allowed] of RULES) {
  Deno.test(`${method} ${path.slice(0, 24)} is open to ${allowed.join(", ")} and to nobody else`, async () => {
    await using fixture = await MasterFixture.start({ credentials: fixedCredentials(TOKENS) });
    const status = async (token?: string) => (await ask(fixture.master, path, { method, token })).status;
    assertEquals(await status(), 401);
    assertEquals(await status(`dmlu_${"0".repeat(32)}`), 401);
    const { sessionSecret } = await fixture.arrive(1, { token: TOKENS.node });
    assertEquals(await status(TOKENS.node), 403, "the token alone opens nothing");
    for (const role of ["user", "node", "admin"] as const) {
      const answered = await status(role === "node" ? sessionSecret : TOKENS[role]);
      assertEquals(answered === 403, !allowed.includes(role), `${role} gets ${answered}`);
      assert(answered !== 401);
    }
  });
}

Deno.test("createApp() answers an unknown path with a problem that names it", async () => {
  await using fixture = await MasterFixture.start();
  for (const [method, path] of [["GET", "/v2/cluster"], ["DELETE", "/v1/nodes/all/of/them"], ["GET", "/"]]) {
    const problem = await problemIn(ask(fixture.master, path, { method }));
    assertEquals([problem.status, problem.code], [404, "not_found"]);
    assertStringIncludes(problem.detail, path);
  }
});

Deno.test("createApp() answers a wrong method with 405 and the methods that the path takes", async () => {
  await using fixture = await MasterFixture.start();
  const cases = [
    ["DELETE", "/v1/nodes", "GET, HEAD"],
    ["GET", "/v1/predictions", "POST"],
    ["OPTIONS", "/v1/health", "GET, HEAD"],
    ["PATCH", "/v1/models/faces", "GET, HEAD, DELETE"],
    ["POST", blobPath(digestOf(BLOB)), "GET, HEAD, PUT"],
    ["POST", "/v1/galleries/default/people/Ada", "GET, HEAD, PATCH, DELETE"],
  ];
  for (const [method, path, allowed] of cases) {
    const response = await ask(fixture.master, path, { method });
    assertEquals([response.status, response.headers.get("allow")], [405, allowed]);
    const { code, detail } = await problemIn(response);
    assertEquals([code, detail], ["request_invalid", `${path} does not take ${method}.`]);
  }
  const head = await ask(fixture.master, "/v1/predictions", { method: "HEAD" });
  assertEquals([head.status, head.headers.get("allow")], [405, "POST"]);
});

Deno.test("errorBoundary() logs the details of a bug, and gives the user only a reference to them", async () => {
  const broken = new MemoryBlobStore();
  broken.stat = () => Promise.reject(new TypeError("the secret inside"));
  await using fixture = await MasterFixture.start({ durableBlobs: broken });
  const problem = await problemIn(ask(fixture.master, blobPath(digestOf(BLOB))));
  assertEquals([problem.status, problem.code], [500, "internal"]);
  assert(!JSON.stringify(problem).includes("secret"));
  const [reference] = problem.detail.match(/ref_\w{20}/) ?? [];
  const line = fixture.logged.find(({ fields }) => fields.reference === reference);
  assert(line?.level === "error");
  assertStringIncludes(String(line.fields.error), "the secret inside");
});
