import type { MasterOptions } from "../../../master/master_handle.ts";
import { auditPageSchema } from "../../../protocol/http_api/audit_api.ts";
import { type ExecEvent, execEventSchema } from "../../../protocol/http_api/exec_api.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { ExecEnd } from "../../../protocol/messages/exec.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { helloOf, idOf } from "../core_world.ts";
import { MasterFixture, type ScriptedNode } from "../master_fixture.ts";

const TOKENS = newTokens();
const REQUEST = { program: "df", arguments: ["-h", "/"], timeoutMs: 5_000 };
const END: ExecEnd = { end: "exited", exitCode: 3, signal: null, reason: null, durationMs: 7 };

/** Starts a master on loopback, as `dml serve` does, or with further options. */
function start(options: Partial<MasterOptions> = {}): Promise<MasterFixture> {
  return MasterFixture.start({ execAdmins: fixedCredentials(TOKENS), ...options });
}

function arrive(fixture: MasterFixture, allowedPrograms?: string[]): Promise<ScriptedNode> {
  const { capabilities } = helloOf(idOf("node", 1));
  return fixture.arrive(1, { name: "attic", capabilities: { ...capabilities, allowedPrograms } });
}

interface Asking {
  readonly nodeId: string;
  /** `null` for none. */
  readonly token?: string | null;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

async function ask(fixture: MasterFixture, asking: Asking): Promise<Response> {
  const { nodeId, token = TOKENS.admin, body = REQUEST, signal } = asking;
  const text = JSON.stringify(body);
  const headers: Record<string, string> = { "content-length": String(text.length) };
  if (token !== null) headers.authorization = `Bearer ${token}`;
  const url = `http://127.0.0.1/v1/nodes/${nodeId}/exec`;
  return await fixture.master.fetch(new Request(url, { method: "POST", body: text, headers, signal }));
}

async function refusalOf(fixture: MasterFixture, asking: Asking): Promise<[number, string, string]> {
  const response = await ask(fixture, asking);
  const { code, detail } = await response.json();
  return [response.status, code, detail];
}

/** Reads events one at a time. */
class Events {
  readonly #reader: ReadableStreamDefaultReader<string>;

  constructor(response: Response) {
    assertEquals([response.status, response.headers.get("content-type")], [200, "application/x-ndjson"]);
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Returns the next event; `null` at the end. */
  async next(): Promise<ExecEvent | null> {
    const { value, done } = await this.#reader.read();
    if (done) return null;
    assert(value.endsWith("\n"));
    return execEventSchema.parse(JSON.parse(value));
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

Deno.test("POST /v1/nodes/ID/exec passes the command on, and the output back, and grants what was read", async () => {
  await using fixture = await start();
  const node = await arrive(fixture, ["df", "uptime"]);
  const events = new Events(await ask(fixture, { nodeId: node.nodeId }));
  const { type: _, execId, ...command } = await node.next("exec.start");
  assertEquals(command, { actor: "admin", ...REQUEST, creditBytes: LIMITS.execWindowBytes });
  node.send({ type: "exec.output", execId, stream: "stderr", data: "aGk=" });
  assertEquals(await events.next(), { type: "output", stream: "stderr", data: "aGk=" });
  assertEquals(await node.next("exec.credit"), { type: "exec.credit", execId, creditBytes: 2 });
  node.send({ type: "exec.ended", execId, ...END });
  assertEquals(await events.next(), { type: "ended", ...END });
  assertEquals(await events.next(), null);
});

Deno.test("POST /v1/nodes/ID/exec grants nothing for output that nobody reads", async () => {
  await using fixture = await start();
  const node = await arrive(fixture, ["df"]);
  const response = await ask(fixture, { nodeId: node.nodeId });
  const { execId } = await node.next("exec.start");
  for (let piece = 0; piece < 10; piece++) node.send({ type: "exec.output", execId, stream: "stdout", data: "aGk=" });
  await fixture.heeded(node);
  assertEquals(node.received.filter(({ type }) => type === "exec.credit"), []);
  await response.body?.cancel();
  await node.next("exec.cancel");
});

Deno.test("POST /v1/nodes/ID/exec cancels the program of a node that sends more than it may", async () => {
  await using fixture = await start();
  const node = await arrive(fixture, ["df"]);
  const events = new Events(await ask(fixture, { nodeId: node.nodeId }));
  const { execId } = await node.next("exec.start");
  const data = new Uint8Array(LIMITS.execPieceBytesMax).toBase64();
  // One more than fits, and one for the piece that is read at once.
  const pieces = LIMITS.execWindowBytes / LIMITS.execPieceBytesMax + 2;
  for (let piece = 0; piece < pieces; piece++) node.send({ type: "exec.output", execId, stream: "stdout", data });
  await node.next("exec.cancel");
  let last = await events.next();
  while (last?.type === "output") last = await events.next();
  assertEquals(last?.type === "ended" && [last.end, last.reason], [
    "lost",
    "The node sent more output than it may.",
  ]);
});

Deno.test("POST /v1/nodes/ID/exec ends the program when the caller goes away", async () => {
  await using fixture = await start();
  const node = await arrive(fixture, ["df"]);
  const events = new Events(await ask(fixture, { nodeId: node.nodeId }));
  const { execId } = await node.next("exec.start");
  await events.cancel();
  assertEquals(await node.next("exec.cancel"), { type: "exec.cancel", execId });
  const gone = new AbortController();
  const response = await ask(fixture, { nodeId: node.nodeId, signal: gone.signal });
  const second = await node.next("exec.start");
  gone.abort();
  assertEquals(await node.next("exec.cancel"), { type: "exec.cancel", execId: second.execId });
  node.send({ type: "exec.ended", execId: second.execId, ...END, end: "cancelled" });
  await response.body?.cancel();
});

Deno.test("POST /v1/nodes/ID/exec ends its answer when the node goes away, and when the master stops", async () => {
  await using fixture = await start();
  const node = await arrive(fixture, ["df"]);
  const events = new Events(await ask(fixture, { nodeId: node.nodeId }));
  await node.next("exec.start");
  await node.close();
  const lost = await events.next();
  assertEquals(lost?.type === "ended" && [lost.end, lost.exitCode], ["lost", null]);

  const again = await arrive(fixture, ["df"]);
  const more = new Events(await ask(fixture, { nodeId: again.nodeId }));
  await again.next("exec.start");
  await fixture.master.stop({ graceMs: 0 });
  const stopped = await more.next();
  assertEquals(
    stopped?.type === "ended" && stopped.reason,
    "The master stopped, which ends what runs.",
  );
});

Deno.test("POST /v1/nodes/ID/exec takes the admin's token also where nothing else takes one", async () => {
  await using fixture = await start();
  const { nodeId } = await arrive(fixture, ["df"]);
  for (
    const [token, status, code] of [
      [null, 401, "unauthorized"],
      [newTokens().admin, 401, "unauthorized"],
      [TOKENS.user, 403, "forbidden"],
      [TOKENS.node, 403, "forbidden"],
    ] as const
  ) {
    assertEquals((await refusalOf(fixture, { nodeId, token })).slice(0, 2), [status, code]);
  }
  await using secure = await start({ credentials: fixedCredentials(TOKENS) });
  const other = await secure.knock(1, { token: TOKENS.node });
  for (const token of [null, TOKENS.user]) {
    assert(!(await ask(secure, { nodeId: other.nodeId, token })).ok, token ?? "none");
  }
});

Deno.test("POST /v1/nodes/ID/exec does nothing on a master that others reach without TLS", async () => {
  await using fixture = await start({ execAdmins: null });
  const { nodeId } = await arrive(fixture, ["df"]);
  const [status, code, detail] = await refusalOf(fixture, { nodeId });
  assertEquals([status, code], [409, "exec_refused"]);
  assertStringIncludes(detail, "--insecure");
});

Deno.test("POST /v1/nodes/ID/exec says which node does not allow what, and how it would", async () => {
  await using fixture = await start();
  const node = await arrive(fixture, ["uptime", "nvidia-smi"]);
  assertEquals(await refusalOf(fixture, { nodeId: node.nodeId }), [
    409,
    "exec_refused",
    "The node attic does not allow df: it allows uptime, nvidia-smi only.",
  ]);
  await node.close();
  const old = await arrive(fixture);
  const response = await ask(fixture, { nodeId: old.nodeId });
  const { detail, advice } = await response.json();
  assertEquals(detail, "The node attic does not allow df: it allows no programs.");
  assertStringIncludes(advice, "dml join --allow-exec df=/path/of/it");
  assertEquals((await refusalOf(fixture, { nodeId: idOf("node", 9) })).slice(0, 2), [404, "node_unknown"]);
  await old.close();
  await fixture.pass(1_000);
  assertEquals((await refusalOf(fixture, { nodeId: old.nodeId })).slice(0, 2), [503, "connection_lost"]);
});

Deno.test("POST /v1/nodes/ID/exec runs only so many programs on one node at once", async () => {
  await using fixture = await start();
  const node = await arrive(fixture, ["df"]);
  const responses = [];
  for (let run = 0; run < LIMITS.execRunsPerNodeMax; run++) responses.push(await ask(fixture, { nodeId: node.nodeId }));
  assertEquals((await refusalOf(fixture, { nodeId: node.nodeId })).slice(0, 2), [429, "queue_full"]);
  const { execId } = await node.next("exec.start");
  node.send({ type: "exec.ended", execId, ...END });
  await fixture.heeded(node);
  responses.push(await ask(fixture, { nodeId: node.nodeId }));
  for (const { body, status } of responses) {
    assertEquals(status, 200);
    await body?.cancel();
  }
});

Deno.test("POST /v1/nodes/ID/exec refuses a body that is not a command", async () => {
  await using fixture = await start();
  const { nodeId } = await arrive(fixture, ["df"]);
  for (
    const change of [
      { program: "/bin/df" },
      { program: "" },
      { arguments: ["a\0b"] },
      { arguments: ["x".repeat(LIMITS.execArgumentsCharactersMax), "x"] },
      { arguments: Array.from({ length: LIMITS.execArgumentsMax + 1 }, () => "") },
      { timeoutMs: 0 },
      { timeoutMs: LIMITS.execTimeoutMaxMs + 1 },
      { env: {} },
    ]
  ) {
    const [status, code] = await refusalOf(fixture, { nodeId, body: { ...REQUEST, ...change } });
    assertEquals([status, code], [400, "request_invalid"], JSON.stringify(change).slice(0, 60));
  }
});

Deno.test("POST /v1/nodes/ID/exec leaves in the audit who ran what, where, and how it ended", async () => {
  await using fixture = await start();
  const node = await arrive(fixture, ["df"]);
  await refusalOf(fixture, { nodeId: node.nodeId, body: { ...REQUEST, program: "rm" } });
  const events = new Events(await ask(fixture, { nodeId: node.nodeId }));
  const { execId } = await node.next("exec.start");
  node.send({ type: "exec.ended", execId, ...END });
  await events.next();
  const page = await fixture.master.fetch(new Request("http://127.0.0.1/v1/audit"));
  const entries = auditPageSchema.parse(await page.json()).entries.filter(({ action }) =>
    action.startsWith("node.exec")
  );
  assertEquals(entries.map(({ actor, action, subject, detail }) => [actor, action, subject, detail]), [
    ["admin", "node.exec", "attic", "df -h /"],
    ["admin", "node.exec.end", "attic", "df -h /: exited, exit code 3"],
  ]);
});

Deno.test("the programs that a node allows are in the list of nodes", async () => {
  await using fixture = await start();
  await arrive(fixture, ["df"]);
  assertEquals(fixture.master.nodes().map(({ capabilities }) => capabilities.allowedPrograms), [["df"]]);
});
