import { MemoryAuditLog } from "../../../master/access/audit_log.ts";
import { MemoryLedger } from "../../../master/ledger/memory_ledger.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Hello } from "../../../protocol/messages/hello.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { type Credentials, fixedCredentials } from "../../../protocol/security/credentials.ts";
import { nodeIdOf, type NodeKey } from "../../../protocol/security/node_key.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { newVouched } from "../../tls_identities.ts";
import { keyOf } from "../../protocol/security/node_keys.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { helloOf, idOf } from "../core_world.ts";
import { ask } from "../http/http_fixture.ts";
import { MasterFixture, resultOf, type ScriptedNode } from "../master_fixture.ts";

const TOKENS = newTokens();
const TOKEN = { token: TOKENS.node };
const BLOB = `/blobs/sha256:${"0".repeat(64)}`;

/** Starts a master that demands tokens. */
function closed(options: Parameters<typeof MasterFixture.start>[0] = {}): Promise<MasterFixture> {
  return MasterFixture.start({ credentials: fixedCredentials(TOKENS), ...options });
}

/** Connects a node and returns why it is refused. */
async function refusal(fixture: MasterFixture, number: number, hello: Partial<Hello> = {}) {
  const node = await fixture.knock(number, hello);
  const reject = await node.next("reject");
  await node.ended;
  return reject;
}

async function leave(fixture: MasterFixture, node: ScriptedNode): Promise<void> {
  await node.close();
  await node.ended;
  await fixture.passUntil(Promise.resolve());
}

function stateOf(fixture: MasterFixture, nodeId: string): string | undefined {
  return fixture.master.nodes().find((node) => node.nodeId === nodeId)?.state;
}

/** Returns the status of a request for a blob with `secret`; 404 if it is let through. */
async function statusWith(fixture: MasterFixture, secret: string): Promise<number> {
  const response = await ask(fixture.master, BLOB, { token: secret });
  await response.body?.cancel();
  return response.status;
}

Deno.test("a node needs its token once; then its key is enough, whatever its name and address", async () => {
  await using fixture = await closed();
  const first = await fixture.arrive(1, TOKEN);
  await leave(fixture, first);
  const again = await fixture.arrive(1, { token: null, name: "renamed" });
  assertEquals(again.nodeId, first.nodeId);
  assertEquals(fixture.master.nodes().map(({ nodeId, name }) => [nodeId, name]), [[first.nodeId, "renamed"]]);
  await leave(fixture, again);
  await fixture.arrive(1, { token: "a token that was revoked" });
});

Deno.test("a key that the master does not know is refused without a token, with the way to get one", async () => {
  await using fixture = await closed();
  for (const token of [null, newTokens().node]) {
    const { code, reason } = await refusal(fixture, 1, { token });
    assertEquals(code, "unauthorized");
    assertStringIncludes(reason, "`dml token show node` prints the line");
  }
  assertEquals((await refusal(fixture, 1, { token: TOKENS.user })).code, "forbidden");
});

Deno.test("a master that demands no token lets every key in; one that demands tokens does not count that", async () => {
  const ledger = new MemoryLedger();
  {
    await using open = await MasterFixture.start({ ledger });
    await leave(open, await open.arrive(1));
    await leave(open, await open.arrive(1));
  }
  await using fixture = await closed({ ledger });
  assertEquals((await refusal(fixture, 1)).code, "unauthorized");
  await leave(fixture, await fixture.arrive(1, TOKEN));
  await fixture.arrive(1);
});

Deno.test("a hello with the key of another node is worth nothing without its private key", async () => {
  await using fixture = await closed();
  const victim = await fixture.arrive(1, TOKEN);
  await leave(fixture, victim);
  const [{ publicKey }, thief] = [await keyOf(1), await keyOf(2)];
  const proofs: NodeKey["prove"][] = [
    (request) => thief.prove(request),
    () => thief.prove({ challenge: "c".repeat(43), pin: "" }),
    () => Promise.resolve("s".repeat(86)),
  ];
  for (const prove of proofs) {
    const connection = await fixture.connect();
    await connection.greet(helloOf(idOf("node", 1), { publicKey, ...TOKEN }), { publicKey, prove });
    assertEquals((await connection.next("reject")).code, "forbidden");
    await connection.ended;
  }
  assertEquals(stateOf(fixture, victim.nodeId), "offline");
});

Deno.test("a proof that was heard before is refused: each connection has a challenge of its own", async () => {
  await using fixture = await closed();
  const heard = await fixture.arrive(1, TOKEN);
  const key = await keyOf(1);
  const challenge = heard.received.find((message) => message.type === "challenge");
  assert(challenge?.type === "challenge");
  const proof = await key.prove({ challenge: challenge.challenge, pin: "" });
  await leave(fixture, heard);
  const replay = await fixture.connect();
  const { publicKey } = key;
  await replay.greet(helloOf(idOf("node", 1), { publicKey }), { publicKey, prove: () => Promise.resolve(proof) });
  assertEquals((await replay.next("reject")).code, "forbidden");
});

Deno.test("a master cannot come in at another one by passing on its challenge", async () => {
  const [{ ca, pin, identity }, dishonest] = [await newVouched(), await newVouched()];
  await using fixture = await closed({ tls: { ca, pin, identity: () => identity } });
  const key = await keyOf(1);
  const hello = helloOf(idOf("node", 1), { publicKey: key.publicKey, ...TOKEN });
  for (const relayed of [dishonest.pin, ""]) {
    const connection = await fixture.connect();
    // The node proves its key to the master that it recognised.
    await connection.greet(hello, key, { pin: relayed });
    assertEquals((await connection.next("reject")).code, "forbidden");
    await connection.ended;
  }
  const direct = await fixture.connect();
  await direct.greet(hello, key, { pin });
  await direct.next("welcome");
});

Deno.test("nobody takes over a silent node: another key of the same name is another node, at any time", async () => {
  await using fixture = await closed();
  const silent = await fixture.join(1, { ...TOKEN, name: "attic" });
  const others: string[] = [];
  for (
    const [number, silenceMs, state] of [[2, LIMITS.suspectAfterMs, "suspect"], [
      3,
      LIMITS.deadAfterMs,
      "offline",
    ]] as const
  ) {
    await fixture.pass(silenceMs + 200);
    assertEquals(stateOf(fixture, silent.nodeId), state);
    assertEquals((await refusal(fixture, number, { name: "attic" })).code, "unauthorized");
    const other = await fixture.arrive(number, { ...TOKEN, name: "attic" });
    others.push(other.nodeId);
    assertEquals(stateOf(fixture, silent.nodeId), state);
  }
  assertEquals(new Set([silent.nodeId, ...others]).size, 3);
  const back = await fixture.arrive(1, { name: "attic" });
  assertEquals([back.nodeId, stateOf(fixture, silent.nodeId)], [silent.nodeId, "ready"]);
});

Deno.test("of two nodes with one key the second is told so, and comes in when the first has left", async () => {
  await using fixture = await closed();
  const first = await fixture.join(1, TOKEN);
  const { code, reason } = await refusal(fixture, 1, { name: "copy" });
  assertEquals(code, "node_duplicate");
  assertStringIncludes(reason, "same key");
  await fixture.heeded(first);
  assertEquals(fixture.master.nodes().map(({ name }) => name), ["host-of-node_00000000000000000001"]);
  await leave(fixture, first);
  await fixture.arrive(1, { name: "copy" });
});

Deno.test("a token for one use lets in one of two nodes that come at once", async () => {
  let uses = 1;
  const credentials: Credentials = {
    identify: (secret) => secret === "once" && uses > 0 ? { role: "node", name: "for the attic" } : null,
    spend: () => uses-- > 0,
  };
  await using fixture = await MasterFixture.start({ credentials });
  const nodes = await Promise.all([1, 2, 3].map((number) => fixture.knock(number, { token: "once" })));
  const answers = await Promise.all(nodes.map((node) => node.next("welcome", "reject")));
  assertEquals(answers.map(({ type }) => type).toSorted(), ["reject", "reject", "welcome"]);
  assertEquals(uses, 0);
  const winner = answers.findIndex(({ type }) => type === "welcome");
  await leave(fixture, nodes[winner]);
  await fixture.arrive(winner + 1, { token: "once" });
  assertEquals(uses, 0, "a node that comes back uses nothing");
});

Deno.test("the secret of a session opens blobs as long as the connection, and the token alone opens none", async () => {
  await using fixture = await closed();
  const node = await fixture.arrive(1, TOKEN);
  assertEquals(await statusWith(fixture, TOKENS.node), 403);
  assertEquals(await statusWith(fixture, node.sessionSecret), 404);
  await leave(fixture, node);
  assertEquals(await statusWith(fixture, node.sessionSecret), 401);
  const again = await fixture.arrive(1);
  assert(again.sessionSecret !== node.sessionSecret);
  assertEquals((await refusal(fixture, 2, { token: again.sessionSecret })).code, "unauthorized", "it is no token");
});

Deno.test("a removed node is out at once and stays out, also after a restart, until it is restored or makes a new key", async () => {
  const ledger = new MemoryLedger();
  let nodeId: string;
  {
    await using fixture = await closed({ ledger });
    const node = await fixture.join(1, TOKEN);
    nodeId = node.nodeId;
    assertStringIncludes(await fixture.master.judgeNode(nodeId, "remove"), "refused from now on");
    assertEquals((await node.next("goodbye")).code, "node_removed");
    await node.ended;
    assertEquals(await statusWith(fixture, node.sessionSecret), 401);
    assertEquals(stateOf(fixture, nodeId), "removed");
    assertEquals((await refusal(fixture, 1, TOKEN)).code, "node_removed");
  }
  await using fixture = await closed({ ledger });
  assertEquals((await refusal(fixture, 1, TOKEN)).code, "node_removed");
  await fixture.arrive(2, TOKEN);
  await fixture.master.judgeNode(nodeId, "restore");
  assertEquals((await fixture.arrive(1)).nodeId, nodeId);
});

Deno.test("the work of a removed node goes elsewhere, and its late answers count for nothing", async () => {
  await using fixture = await closed();
  const empty = { model: "empty", annotate: false, embeddings: false, gallery: null, crops: false };
  const node = await fixture.join(1, TOKEN);
  const answer = fixture.master.predict(new Uint8Array(), empty);
  const { taskId, attempt } = await node.next("task.assign");
  await fixture.master.judgeNode(node.nodeId, "remove");
  const late: Message = { type: "task.failed", taskId, attempt, code: "internal", reason: "late" };
  node.send(late);
  const other = await fixture.join(2, TOKEN);
  const assign = await other.next("task.assign");
  assertEquals(assign.taskId, taskId);
  other.send(resultOf(assign));
  assertEquals((await answer).prediction.model, "empty@1");
});

Deno.test("with --approve a node waits until an admin lets it in, and then needs nothing more", async () => {
  const ledger = new MemoryLedger();
  const settings = { requiresApproval: true };
  {
    await using fixture = await closed({ ledger, settings });
    assertEquals((await refusal(fixture, 1)).code, "unauthorized", "a token is demanded all the same");
    const { code, reason } = await refusal(fixture, 1, TOKEN);
    const nodeId = nodeIdOf((await keyOf(1)).publicKey);
    assertEquals(code, "approval_pending");
    assertStringIncludes(reason, nodeId);
    const [{ state, address }] = fixture.master.nodes();
    assertEquals([state, address !== ""], ["waiting", true]);
    assertEquals(ledger.load().nodes, [], "what waits is not kept");
    assertEquals((await refusal(fixture, 1, TOKEN)).code, "approval_pending");
    assertEquals(fixture.master.nodes().length, 1);
    await fixture.master.judgeNode(nodeId, "approve");
    assertEquals(stateOf(fixture, nodeId), "offline");
  }
  await using fixture = await closed({ ledger, settings });
  const node = await fixture.arrive(1);
  await leave(fixture, node);
  await fixture.arrive(1);
});

Deno.test("the first join of a node is in the audit, with the name of its token and without the token", async () => {
  const audit = new MemoryAuditLog(new ManualClock());
  await using fixture = await closed({ audit });
  const node = await fixture.arrive(1, { ...TOKEN, name: "attic" });
  await leave(fixture, node);
  await fixture.arrive(1, { name: "attic" });
  const headers = { token: TOKENS.admin, method: "DELETE" };
  assertEquals((await ask(fixture.master, `/v1/nodes/${node.nodeId}`, headers)).status, 200);
  const { entries } = audit.page({ sinceMs: 0, after: 0, limit: 10 });
  const [join, ...rest] = entries.map(({ actor, action, subject, detail }) => [actor, action, subject, detail]);
  assertEquals(join.slice(0, 3), ["node", "node.join", "attic"]);
  assertStringIncludes(join[3] ?? "", `${node.nodeId} at `);
  assertEquals(rest, [["admin", "node.remove", "attic", node.nodeId]]);
  assert(!JSON.stringify(entries).includes(TOKENS.node));
});
