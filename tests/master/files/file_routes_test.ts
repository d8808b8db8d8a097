import { filePiecesAnswerSchema } from "../../../protocol/http_api/file_api.ts";
import { nodeFilesPath, PATHS } from "../../../protocol/http_api/paths.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { idOf } from "../core_world.ts";
import { ask, problemIn } from "../http/http_fixture.ts";
import { MasterFixture, type ScriptedNode } from "../master_fixture.ts";

const TOKENS = newTokens();
const LIST = JSON.stringify({ path: "", depth: "children", after: null });
const CAPABILITIES = {
  os: "linux",
  arch: "x86_64",
  cores: 1,
  memoryBytes: 1,
  workers: 1,
  engines: ["none" as const],
  opensFiles: true as const,
};

/** Starts a master on loopback that knows its admin. */
function start(): Promise<MasterFixture> {
  return MasterFixture.start({ fileAdmins: fixedCredentials(TOKENS) });
}

function post(fixture: MasterFixture, path: string, { body = LIST, token = TOKENS.admin as string | undefined } = {}) {
  return ask(fixture.master, path, { method: "POST", body, token });
}

/** Has a node answer its next order, and returns the request that it fetched. */
async function answerNext(fixture: MasterFixture, node: ScriptedNode, answer: string): Promise<string> {
  const { orderId } = await node.next("file.order");
  const path = `${PATHS.fileOrders}/${orderId}`;
  const request = await (await ask(fixture.master, path, { token: node.sessionSecret })).text();
  assertEquals(
    (await ask(fixture.master, path, { method: "PUT", body: answer, token: node.sessionSecret })).status,
    204,
  );
  return request;
}

Deno.test("a request about files reaches the node that it is for, and its answer the caller", async () => {
  await using fixture = await start();
  const node = await fixture.arrive(1, { capabilities: CAPABILITIES });
  const answer = post(fixture, nodeFilesPath(node.nodeId, "list"));
  assertEquals(await answerNext(fixture, node, '{"entries":[],"isComplete":true}'), LIST);
  const response = await answer;
  assertEquals([response.status, await response.json()], [200, { entries: [], isComplete: true }]);
});

Deno.test("another node gets neither the request nor a say in the answer", async () => {
  await using fixture = await start();
  const node = await fixture.arrive(1, { capabilities: CAPABILITIES });
  const other = await fixture.arrive(2, { capabilities: CAPABILITIES });
  const answer = post(fixture, nodeFilesPath(node.nodeId, "list"));
  const { orderId } = await node.next("file.order");
  const path = `${PATHS.fileOrders}/${orderId}`;
  for (const token of [other.sessionSecret, TOKENS.admin, undefined]) {
    for (const init of [{}, { method: "PUT", body: "{}" }]) {
      const response = await ask(fixture.master, path, { ...init, token });
      assertEquals(response.status, 404);
      await response.body?.cancel();
    }
  }
  node.send({ type: "file.failed", orderId, code: "disk_full", reason: "No space is left." });
  assertEquals((await problemIn(answer)).code, "disk_full");
});

Deno.test("a piece comes in once and goes to every node; each has an outcome of its own", async () => {
  await using fixture = await start();
  const nodes = [await fixture.arrive(1, { capabilities: CAPABILITIES }), await fixture.arrive(2)];
  const query = new URLSearchParams({ nodes: nodes.map(({ nodeId }) => nodeId).join(",") });
  const answer = post(fixture, `${PATHS.filePieces}?${query}`, { body: "the piece" });
  assertEquals(await answerNext(fixture, nodes[0], '{"faults":[]}'), "the piece");
  const { nodes: outcomes } = filePiecesAnswerSchema.parse(await (await answer).json());
  assertEquals(outcomes.map(({ error }) => error?.code ?? null), [null, "files_refused"]);
});

Deno.test("the routes take the admin's token on loopback too, and nothing without TLS beyond it", async () => {
  await using fixture = await start();
  const path = nodeFilesPath(idOf("node", 1), "list");
  const codes: string[] = [];
  for (const token of [undefined, TOKENS.user, TOKENS.node, newTokens().admin, TOKENS.admin]) {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    codes.push((await problemIn(ask(fixture.master, path, { method: "POST", body: LIST, headers }))).code);
  }
  assertEquals(codes, ["unauthorized", "forbidden", "forbidden", "unauthorized", "node_unknown"]);
  await using insecure = await MasterFixture.start({ fileAdmins: null });
  const refusal = await problemIn(post(insecure, path));
  assertEquals(refusal.code, "files_refused");
  assertStringIncludes(refusal.detail, "--insecure");
});

Deno.test("a request that is too large or has no size is refused before it is read", async () => {
  await using fixture = await start();
  const node = await fixture.arrive(1, { capabilities: CAPABILITIES });
  for (const length of ["none", "0", String(LIMITS.fileBodyBytesMax + 1)]) {
    const headers = { "content-length": length };
    const init = { method: "POST", body: LIST, headers, token: TOKENS.admin };
    assertEquals(
      (await problemIn(ask(fixture.master, nodeFilesPath(node.nodeId, "list"), init))).code,
      "request_invalid",
    );
  }
});

Deno.test("copies and removals are in the audit under the name of the admin; questions are not", async () => {
  await using fixture = await start();
  const node = await fixture.arrive(1, { capabilities: CAPABILITIES, name: "attic" });
  const requests = [
    ["list", LIST],
    ["plan", JSON.stringify({ copyId: idOf("copy", 1), files: [], directories: ["photos"] })],
    ["remove", JSON.stringify({ path: "photos", isRecursive: true })],
  ] as const;
  for (const [action, body] of requests) {
    const answer = post(fixture, nodeFilesPath(node.nodeId, action), { body });
    await answerNext(fixture, node, "{}");
    await (await answer).body?.cancel();
  }
  const { entries } = await (await ask(fixture.master, `${PATHS.audit}`)).json();
  const rows = entries.filter(({ action }: { action: string }) => action.startsWith("file."))
    .map(({ actor, action, subject, detail }: Record<string, string>) => [actor, action, subject, detail]);
  assertEquals(rows, [
    ["admin", "file.copy", "attic", "photos: 0 bytes"],
    ["admin", "file.remove", "attic", "photos: with all that is in it"],
  ]);
});
