import { assert, assertEquals } from "../../assert.ts";
import { encodeFrame } from "../../protocol/wire/encode_frame.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Connection } from "../../../protocol/ports/transport.ts";
import { fixedCredentials } from "../../../protocol/security/credentials.ts";
import { newTokens } from "../../../protocol/security/tokens.ts";
import { helloOf, idOf } from "../core_world.ts";
import { MasterFixture, resultOf } from "../master_fixture.ts";
import { PROTOCOL_VERSION } from "../../../protocol/messages/hello.ts";

const ONE = idOf("node", 1);
const EMPTY = { model: "empty", annotate: false, embeddings: false, gallery: null, crops: false };

/** Asserts that the master still admits nodes and answers. */
async function assertWorks(fixture: MasterFixture): Promise<void> {
  const node = await fixture.join(99);
  const answer = fixture.master.predict(new Uint8Array(), EMPTY);
  node.send(resultOf(await node.next("task.assign")));
  assertEquals((await answer).prediction.model, "empty@1");
}

Deno.test("ControlPort() welcomes a node and sends it the heartbeat settings", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.knock(1);
  const welcome = await node.next("welcome");
  assertEquals(welcome, {
    type: "welcome",
    protocol: PROTOCOL_VERSION.max,
    version: "0.0.0",
    sessionSecret: welcome.sessionSecret,
    heartbeatIntervalMs: LIMITS.heartbeatIntervalMs,
    deadAfterMs: LIMITS.deadAfterMs,
    sendsPicturesInline: true,
  });
});

Deno.test("ControlPort() closes a connection that sends nothing", async () => {
  await using fixture = await MasterFixture.start();
  const silent = await fixture.connect();
  await fixture.pass(LIMITS.helloTimeoutMs - 200);
  assertEquals(silent.received, []);
  await fixture.passUntil(silent.ended);
  assertEquals(silent.received.map((message) => "code" in message && message.code), ["handshake_timeout"]);
  await assertWorks(fixture);
});

Deno.test("ControlPort() admits nodes during a flood of connections that say nothing, and closes the oldest", async () => {
  await using fixture = await MasterFixture.start();
  const silent: Connection[] = [];
  for (let count = 0; count < 100; count++) {
    silent.push(await fixture.transport.connect(fixture.master.controlAddress));
  }
  assertEquals(await Array.fromAsync(silent[0].chunks), []);
  await assertWorks(fixture);
  for (const connection of silent) connection.close();
});

Deno.test("ControlPort() logs strangers once, and then how many there were, once a minute", async () => {
  await using fixture = await MasterFixture.start();
  const knock = async (count: number) => {
    for (let left = count; left > 0; left--) {
      const connection = await fixture.transport.connect(fixture.master.controlAddress);
      await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
      await fixture.passUntil(ended(connection));
    }
  };
  const warnings = () =>
    fixture.logged.filter(({ level }) => level === "warn").map(({ fields }) => fields?.connections);
  await knock(40);
  assertEquals(warnings(), [undefined]);
  await fixture.pass(60_000);
  assertEquals(warnings(), [undefined, 39]);
  await fixture.pass(120_000);
  await knock(1);
  assertEquals(warnings(), [undefined, 39, undefined], "what has been quiet for a minute is told again");
});

Deno.test("ControlPort() closes a connection whose first message is not hello", async () => {
  await using fixture = await MasterFixture.start();
  const rude = await fixture.connect();
  rude.send({ type: "task.failed", taskId: idOf("task", 1), attempt: 1, code: "internal", reason: "" });
  assertEquals((await rude.next("goodbye")).code, "message_invalid");
  await rude.ended;
  await assertWorks(fixture);
});

/** Returns everything that arrives until the master closes. */
async function ended(connection: Connection): Promise<string> {
  let text = "";
  for await (const chunk of connection.chunks) text += new TextDecoder().decode(chunk);
  connection.close();
  return text;
}

const GARBAGE: [string, Uint8Array<ArrayBuffer>][] = [
  ["an HTTP request", new TextEncoder().encode("GET / HTTP/1.1\r\nHost: master\r\n\r\n")],
  ["a frame over the limit", new Uint8Array([0xff, 0xff, 0xff, 0xff, 1, 2, 3])],
  ["a frame that is not JSON", encodeFrame(new TextEncoder().encode("{nonsense"))],
  ["a hello without fields", encodeFrame(new TextEncoder().encode('{"type":"hello"}'))],
];

for (const [what, bytes] of GARBAGE) {
  Deno.test(`ControlPort() closes a connection that sends ${what}, logs it, and goes on`, async () => {
    await using fixture = await MasterFixture.start();
    const connection = await fixture.transport.connect(fixture.master.controlAddress);
    await connection.write(bytes);
    await fixture.passUntil(ended(connection));
    assert(fixture.logged.some(({ level }) => level === "warn"), "it is logged");
    await assertWorks(fixture);
  });
}

Deno.test("ControlPort() accepts only nodes with the nodes' token", async () => {
  const tokens = newTokens();
  await using fixture = await MasterFixture.start({ credentials: fixedCredentials(tokens) });
  for (
    const [token, code] of [
      [null, "unauthorized"],
      [`${tokens.node.slice(0, -1)}!`, "unauthorized"],
      [tokens.user, "forbidden"],
    ] as const
  ) {
    const node = await fixture.knock(1, { token });
    assertEquals((await node.next("reject")).code, code);
    await node.ended;
  }
  assertEquals(fixture.master.nodes(), []);
  const lines = JSON.stringify(fixture.logged);
  for (const secret of Object.values(tokens)) assert(!lines.includes(secret), "no token is logged");
  const node = await fixture.knock(1, { token: tokens.node });
  await node.next("welcome");
});

Deno.test("ControlPort() closes a connection of another protocol version with goodbye, whatever else is in its hello", async () => {
  await using fixture = await MasterFixture.start();
  for (const [min, max] of [[1, 3], [7, 9]]) {
    const connection = await fixture.transport.connect(fixture.master.controlAddress);
    const hello = JSON.stringify({ ...helloOf(ONE), protocol: { min, max }, novelty: true });
    await connection.write(encodeFrame(new TextEncoder().encode(hello)));
    const answer = await fixture.passUntil(ended(connection));
    const parts = ['"goodbye"', "protocol_version", `${min} to ${max}`];
    assert(parts.every((part) => answer.includes(part)), answer);
  }
});

Deno.test("ControlPort() rejects a second connection of the same node", async () => {
  await using fixture = await MasterFixture.start();
  const first = await fixture.join(1);
  const second = await fixture.knock(1);
  assertEquals((await second.next("reject")).code, "node_duplicate");
  await second.ended;
  await fixture.heeded(first);
});

Deno.test("ControlPort() pings at every heartbeat interval, and drops a silent node", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const pings = () => node.received.filter(({ type }) => type === "ping").length;
  await fixture.heeded(node);
  const before = pings();
  await fixture.pass(3 * LIMITS.heartbeatIntervalMs);
  assertEquals(pings() - before, 3);
  await fixture.heeded(node);
  assertEquals(fixture.master.nodes()[0].state, "ready");
  await fixture.pass(LIMITS.suspectAfterMs + 200);
  assertEquals(fixture.master.nodes()[0].state, "suspect");
  await fixture.passUntil(node.ended);
  assertEquals(node.received.flatMap((message) => message.type === "goodbye" ? [message.code] : []), [
    "connection_lost",
  ]);
  assertEquals(fixture.master.nodes()[0].state, "offline");
});

Deno.test("ControlPort() records a node that says goodbye as having left in good order", async () => {
  await using fixture = await MasterFixture.start();
  const node = await fixture.join(1);
  const answer = fixture.master.predict(new Uint8Array(), EMPTY);
  await node.next("task.assign");
  const other = await fixture.join(2);
  node.send({ type: "goodbye", code: "shutting_down", reason: "Ctrl-C" });
  const assign = await other.next("task.assign");
  other.send(resultOf(assign));
  await answer;
  assertEquals(fixture.master.nodes().map(({ state }) => state), ["offline", "ready"]);
  await node.ended;
});
