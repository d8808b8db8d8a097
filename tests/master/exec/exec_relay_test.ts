import { type ExecNode, ExecRelay } from "../../../master/exec/exec_relay.ts";
import { MemoryAuditLog } from "../../../master/access/audit_log.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { assert, assertEquals } from "../../assert.ts";
import { idOf } from "../core_world.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

const NODE: ExecNode = {
  nodeId: idOf("node", 1),
  name: "attic",
  state: "ready",
  capabilities: { allowedPrograms: ["df"] },
};
const OTHER = idOf("node", 2);
const REQUEST = { program: "df", arguments: [], timeoutMs: 5_000 };
const END = { end: "exited", exitCode: 0, signal: null, reason: null, durationMs: 1 } as const;

function setUp() {
  const clock = new ManualClock();
  const audit = new MemoryAuditLog(clock);
  const sent: Message[] = [];
  const relay = new ExecRelay({
    clock,
    random: seededRandom(1),
    audit,
    node: (nodeId) => nodeId === NODE.nodeId ? NODE : undefined,
    send: (_, message) => void sent.push(message),
  });
  const start = () => {
    const stream = relay.start(NODE, REQUEST, { actor: "admin", signal: new AbortController().signal });
    const message = sent.at(-1);
    assert(message?.type === "exec.start");
    return { execId: message.execId, reader: stream.pipeThrough(new TextDecoderStream()).getReader() };
  };
  return { clock, audit, relay, sent, start };
}

Deno.test("ExecRelay sends an empty line when nothing has come for a minute, so that the connection stays", async () => {
  const { clock, relay, start } = setUp();
  const { execId, reader } = start();
  const line = reader.read();
  while (clock.pending === 0) await null;
  clock.advance(60_000);
  assertEquals((await line).value, "\n");
  relay.receive(NODE.nodeId, { type: "exec.ended", execId, ...END });
  assertEquals(JSON.parse((await reader.read()).value ?? ""), { type: "ended", ...END });
  assert((await reader.read()).done);
  assertEquals(clock.pending, 0);
});

Deno.test("ExecRelay.receive() takes nothing from a node that does not run the program", async () => {
  const { relay, start, audit } = setUp();
  const { execId, reader } = start();
  assertEquals(relay.receive(OTHER, { type: "exec.ended", execId, ...END }), true);
  assertEquals(relay.receive(OTHER, { type: "exec.output", execId, stream: "stdout", data: "aGk=" }), true);
  assertEquals(audit.page({ sinceMs: 0, after: 0, limit: 10 }).entries, []);
  relay.receive(NODE.nodeId, { type: "exec.ended", execId, ...END, exitCode: 5 });
  assertEquals(JSON.parse((await reader.read()).value ?? "").exitCode, 5);
  assertEquals(relay.receive(NODE.nodeId, { type: "ping" }), false);
});

Deno.test("ExecRelay records the end of a program whose caller has gone", async () => {
  const { relay, start, audit, sent } = setUp();
  const { execId, reader } = start();
  await reader.cancel();
  assertEquals(sent.at(-1), { type: "exec.cancel", execId });
  relay.receive(NODE.nodeId, {
    type: "exec.ended",
    execId,
    ...END,
    end: "cancelled",
    exitCode: null,
    signal: "SIGTERM",
  });
  const [{ action, detail }] = audit.page({ sinceMs: 0, after: 0, limit: 10 }).entries;
  assertEquals([action, detail], ["node.exec.end", "df: cancelled, SIGTERM"]);
});
