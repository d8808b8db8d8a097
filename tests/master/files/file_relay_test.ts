import { type FileNode, FileRelay } from "../../../master/files/file_relay.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import type { FileOrder } from "../../../protocol/messages/files.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

const NODE: FileNode = { nodeId: "node_a", name: "attic", state: "ready", capabilities: { opensFiles: true } };
const BODY = new TextEncoder().encode("{}");
const NEVER = new AbortController().signal;

function fixture(node: FileNode = NODE) {
  const clock = new ManualClock();
  const sent: Message[] = [];
  const relay = new FileRelay({
    clock,
    random: seededRandom(1),
    node: (nodeId) => nodeId === node.nodeId ? node : undefined,
    send: (_, message) => void sent.push(message),
  });
  const order = (signal = NEVER) => relay.order(node, "list", { body: BODY, signal });
  const lastOrder = () => sent.findLast((message): message is FileOrder => message.type === "file.order")!;
  return { relay, clock, sent, order, lastOrder };
}

Deno.test("order() hands the request to its node alone, and returns its answer", async () => {
  const { relay, order, lastOrder } = fixture();
  const answer = order();
  const { orderId, action, bodyBytes } = lastOrder();
  assertEquals([action, bodyBytes], ["list", BODY.length]);
  assertEquals(relay.bodyFor(orderId, "node_a"), BODY);
  for (const stranger of ["node_b", null]) {
    assertThrows(() => relay.bodyFor(orderId, stranger), Error, "Nobody waits");
    assertThrows(() => relay.answer(orderId, stranger, BODY), Error, "Nobody waits");
  }
  relay.answer(orderId, "node_a", new Uint8Array([1]));
  assertEquals(await answer, new Uint8Array([1]));
  assertThrows(() => relay.bodyFor(orderId, "node_a"), Error, "Nobody waits");
});

Deno.test("order() fails with the code of its node, and with no other node's", async () => {
  const { relay, order, lastOrder } = fixture();
  const answer = order();
  const failure = {
    type: "file.failed",
    orderId: lastOrder().orderId,
    code: "disk_full",
    reason: "No space.",
  } as const;
  assert(relay.receive("node_b", { ...failure, reason: "Not mine." }));
  assert(relay.receive("node_a", failure));
  const error = await assertRejects(() => answer, Error, "No space.");
  assertEquals((error as Error & { code: string }).code, "disk_full");
  assertEquals(relay.receive("node_a", { type: "ping" }), false);
});

Deno.test("order() ends when the node leaves, the time is over, the caller goes, or the master stops", async () => {
  const { relay, clock, sent, order } = fixture();
  const gone = order();
  relay.left("node_b");
  relay.left("node_a");
  await assertRejects(() => gone, Error, "attic went away");
  const late = order();
  clock.advance(LIMITS.fileOrderMs);
  await assertRejects(() => late, Error, "in time");
  const caller = new AbortController();
  const cancelled = order(caller.signal);
  caller.abort();
  await assertRejects(() => cancelled, Error, "cancelled");
  const stopped = order();
  relay.close();
  await assertRejects(() => stopped, Error, "The master stopped");
  assertEquals(sent.map(({ type }) => type), [
    "file.order",
    "file.order",
    "file.cancel",
    "file.order",
    "file.cancel",
    "file.order",
  ]);
  assertEquals(clock.pending, 0);
});

Deno.test("order() is refused if the node is away, has opened nothing, or has enough to do", async () => {
  await assertRejects(() => fixture({ ...NODE, state: "offline" }).order(), Error, "not connected");
  await assertRejects(() => fixture({ ...NODE, capabilities: {} }).order(), Error, "has not opened a directory");
  const { relay, order } = fixture();
  const running = Array.from({ length: LIMITS.fileOrdersPerNodeMax }, () => order());
  await assertRejects(() => order(), Error, "as it can");
  assertThrows(() => relay.nodeWithId("node_b"), Error, "There is no node");
  relay.close();
  for (const one of running) await assertRejects(() => one);
});
