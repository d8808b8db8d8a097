import type { AccessRecord } from "../../../master/observe/access_log.ts";
import { statusSchema } from "../../../protocol/http_api/status_api.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { ask } from "../http/http_fixture.ts";
import { predictionOf } from "../core_world.ts";
import { MasterFixture, resultOf, type ScriptedNode } from "../master_fixture.ts";

const PICTURE = new TextEncoder().encode("not really a picture");

/** Starts a master and returns it with what it writes into its access log. */
async function observed(options: Parameters<typeof MasterFixture.start>[0] = {}) {
  const records: AccessRecord[] = [];
  const accessLog = { add: (record: AccessRecord) => records.push(record) };
  const fixture = await MasterFixture.start({ accessLog, diskFreeBytes: () => 12_345, ...options });
  return { fixture, records };
}

/** Sends a picture that `node` answers with one known person. */
async function predict(fixture: MasterFixture, node: ScriptedNode, init: RequestInit & { token?: string } = {}) {
  const answer = ask(fixture.master, "/v1/predictions?model=faces", { method: "POST", body: PICTURE, ...init });
  const assign = await node.next("task.assign");
  const prediction = predictionOf("faces@1");
  node.send(resultOf(assign, { prediction }));
  return await answer;
}

Deno.test("GET /metrics counts pictures, requests and nodes, and names no node", async () => {
  const { fixture } = await observed();
  await using _ = fixture;
  const node = await fixture.join(1, { name: "attic" });
  await predict(fixture, node);
  await ask(fixture.master, "/v1/nothing");
  const response = await ask(fixture.master, "/metrics");
  assertEquals(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  for (
    const line of [
      'dml_inference_requests_total{model="faces",version="1",outcome="ok"} 1',
      'dml_inference_queue_duration_seconds_count{model="faces",version="1"} 1',
      'dml_inference_compute_infer_duration_seconds_count{model="faces",version="1"} 1',
      'dml_requests_total{route="POST /v1/predictions",status="200"} 1',
      'dml_requests_total{route="none",status="404"} 1',
      'dml_nodes{state="ready"} 1',
      'dml_nodes{state="offline"} 0',
      "dml_queue_length 0",
      "dml_workers_busy 0",
      "dml_disk_free_bytes 12345",
      'dml_build_info{version="0.0.0"} 1',
    ]
  ) assertStringIncludes(text, `\n${line}\n`);
  assert(!text.includes("attic") && !text.includes(node.nodeId), text);
  for (const line of text.trimEnd().split("\n")) {
    assert(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [\d.e+-]+)$/.test(line), line);
  }
});

Deno.test("GET /metrics tells how long the oldest picture waits, and why pictures were queued again", async () => {
  const { fixture } = await observed();
  await using _ = fixture;
  const node = await fixture.join(1);
  const answer = ask(fixture.master, "/v1/predictions?model=faces", { method: "POST", body: PICTURE });
  await node.next("task.assign");
  await node.close();
  await fixture.pass(2_000);
  const text = await (await ask(fixture.master, "/metrics")).text();
  assertStringIncludes(text, "\ndml_queue_length 1\n");
  assert(Number(/^dml_queue_oldest_seconds (.+)$/m.exec(text)?.[1]) >= 2, text);
  assert(/^dml_task_retries_total\{reason="\w+"\} 1$/m.test(text), text);
  await (await fixture.passUntil(answer)).body?.cancel();
});

Deno.test("the access log has who asked what, not the signs of life, and no names unless it is told to", async () => {
  for (const logsNames of [false, true]) {
    const tokens = newTokens();
    const { fixture, records } = await observed({ credentials: fixedCredentials(tokens), logsNames });
    await using _ = fixture;
    const node = await fixture.join(1, { token: tokens.node });
    const headers = { "x-request-id": "req_1" };
    await predict(fixture, node, { token: tokens.user, headers });
    await ask(fixture.master, "/v1/health");
    await ask(fixture.master, "/metrics", { token: tokens.admin });
    await ask(fixture.master, "/v1/galleries/default/people/Ada", { token: "wrong" });
    await ask(fixture.master, `/blobs/sha256:${"0".repeat(64)}`, { token: node.sessionSecret });
    const [prediction, refused, ...others] = records;
    const { persons } = predictionOf("faces@1");
    const { time, ms, ...rest } = prediction;
    assertEquals(new Date(time).toISOString(), time);
    assert(ms >= 0);
    const facts = { model: "faces@1", gallery: null, bytes: PICTURE.length, faces: persons.length };
    const names = logsNames ? { names: persons.flatMap(({ name }) => name ?? []) } : {};
    assertEquals(rest, {
      id: "req_1",
      token: "user",
      route: "POST /v1/predictions",
      status: 200,
      ...facts,
      ...names,
    });
    assertEquals([refused.token, refused.route, refused.status], [
      null,
      "GET /v1/galleries/:gallery/people/:name",
      401,
    ]);
    assertEquals(others, []);
    const text = await (await ask(fixture.master, "/metrics", { token: tokens.admin })).text();
    assertStringIncludes(text, 'dml_auth_failures_total{status="401"} 1\n');
  }
});

Deno.test("GET /v1/status tells how many, how fast, and what needs attention, the most urgent first", async () => {
  const { fixture } = await observed();
  await using _ = fixture;
  const statusNow = async () => statusSchema.parse(await (await ask(fixture.master, "/v1/status")).json());
  assertEquals((await statusNow()).attention, [{ kind: "no_node" }]);
  const node = await fixture.join(1, { name: "attic", version: "0.0.1" });
  const other = await fixture.join(2, { name: "cellar" });
  await other.close();
  await fixture.pass(1_000);
  await predict(fixture, node);
  const { attention, nodes, pictures, latency, models, diskFreeBytes, workers } = await statusNow();
  assertEquals(attention.map((one) => "node" in one ? `${one.node} ${one.kind}` : one.kind), [
    "cellar node_offline",
    "attic node_outdated",
  ]);
  assertEquals(nodes, { ready: 1, suspect: 0, draining: 0, offline: 1, waiting: 0, removed: 0 });
  assertEquals([pictures.answered, pictures.failed, pictures.waiting, pictures.running], [1, {}, 0, 0]);
  assertEquals([latency?.count, models, diskFreeBytes, workers], [1, ["empty@1", "faces@1"], 12_345, 1]);
});
