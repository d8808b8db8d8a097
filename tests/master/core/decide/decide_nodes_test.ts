import { assert, assertEquals } from "../../../assert.ts";
import type { MasterEvent } from "../../../../master/core/messages/event.ts";
import { availabilityOf, CoreWorld, idOf } from "../../core_world.ts";

const ONE = idOf("node", 1);
const TWO = idOf("node", 2);

Deno.test("connectNode() records the node, welcomes it and offers it the served models", () => {
  const world = new CoreWorld();
  const node = world.join(ONE, { ready: false });
  const types = world.effects.map(({ type }) => type);
  assertEquals(types, ["welcome", "send"], "the welcome comes first");
  assertEquals(world.sentTo(node, "model.offer").map(({ model }) => model), ["empty@1"]);
  const record = world.state.nodes.get(ONE)?.record;
  assertEquals([record?.firstSeenMs, record?.lastSeenMs], [1e12 + 1_000, 1e12 + 1_000]);
});

Deno.test("connectNode() keeps the first-seen time and the completed tasks of a node", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  world.result(node, world.submit(), 1);
  world.lose(node);
  world.nowMs += 1_000;
  world.join(ONE, { hello: { name: "renamed" } });
  const record = world.state.nodes.get(ONE)?.record;
  assertEquals(record?.name, "renamed");
  assertEquals(record?.firstSeenMs, 1e12 + 1_000);
  assertEquals(record?.completed, 1);
});

Deno.test("connectNode() refuses a second connection of a node unless the first is silent", () => {
  const world = new CoreWorld();
  const first = world.join(ONE);
  const taskId = world.submit();
  const doubled = world.join(ONE, { ready: false });
  assertEquals(refusals(world.events), ["node_duplicate"]);
  assertEquals(world.result(doubled, taskId, 1), []);
  world.pass(3_200);
  assertEquals(world.state.nodes.get(ONE)?.connection?.suspect, true);
  const second = world.join(ONE);
  assertEquals(refusals(world.events), ["node_duplicate"]);
  assertEquals(world.state.nodes.get(ONE)?.connection?.connectionId, second.connectionId);
  assertEquals(world.result(first, taskId, 1), [], "the first connection is ignored");
  assert(world.result(second, taskId, 2).length > 0);
  assertEquals(world.answerOf(taskId)?.ok, true);
});

Deno.test("connectNode() refuses all nodes while the master stops", () => {
  const world = new CoreWorld();
  world.turn({ type: "begin_stop" });
  world.join(TWO, { ready: false });
  assertEquals(refusals(world.events), ["shutting_down"]);
  assertEquals(world.state.nodes.size, 0);
});

Deno.test("connectNode() makes room by forgetting the node that was not seen for longest", () => {
  const world = new CoreWorld({ nodesMax: 2 });
  const old = world.join(ONE);
  world.join(TWO);
  world.join(idOf("node", 3), { ready: false });
  assertEquals(refusals(world.events), ["too_many_nodes"]);
  world.lose(old);
  world.join(idOf("node", 4));
  assertEquals([...world.state.nodes.keys()], [TWO, idOf("node", 4)]);
});

Deno.test("tick() suspects a silent node, gives it no new work, and loses it in the end", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  world.pass(2_800);
  assertEquals(world.state.nodes.get(ONE)?.connection?.suspect, false);
  world.pass(400);
  assertEquals(world.state.nodes.get(ONE)?.connection?.suspect, true);
  world.submit();
  assertEquals(world.sentTo(node, "task.assign"), []);
  world.turn({ type: "record_signal", ...node });
  assertEquals(world.sentTo(node, "task.assign").length, 1, "it is back and gets work at once");
  world.pass(6_200);
  assertEquals(world.state.nodes.get(ONE)?.connection, null);
  assertEquals(world.effects.at(-1)?.type, "close");
});

Deno.test("tick() does not suspect nodes for the time in which the master itself was asleep", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  world.pass(400, { alive: [node] });
  world.nowMs += 60_000; // the laptop of the master was asleep
  world.turn({ type: "tick" });
  assertEquals(world.state.nodes.get(ONE)?.connection?.suspect, false);
  world.turn({ type: "record_signal", ...node });
  world.pass(400, { alive: [node] });
  assert(world.state.nodes.get(ONE)?.connection !== null);
});

Deno.test("tick() records once a minute that a node is connected, not at each heartbeat", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  const before = world.events.length;
  world.pass(59_000, { alive: [node] });
  const seen = () => world.events.slice(before).filter(({ type }) => type === "node_seen").length;
  assertEquals(seen(), 0);
  world.pass(120_000, { alive: [node] });
  assertEquals(seen(), 2);
  world.lose(node);
  assertEquals(seen(), 3, "and once more when it is lost");
});

Deno.test("decide() gives a draining node no new work until it resumes", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  const { nodeId, connectionId } = node;
  const say = (draining: boolean) =>
    world.turn({
      type: "update_availability",
      nodeId,
      connectionId,
      availability: availabilityOf({ draining }),
    });
  say(true);
  world.submit();
  assertEquals(world.sentTo(node, "task.assign"), []);
  say(false);
  assertEquals(world.sentTo(node, "task.assign").length, 1);
});

Deno.test("decide() ignores messages of a connection that is not the node's current one", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  world.lose(node);
  const { nodeId, connectionId } = node;
  const availability = availabilityOf();
  assertEquals(world.turn({ type: "record_signal", nodeId, connectionId }), []);
  assertEquals(
    world.turn({ type: "update_availability", nodeId, connectionId, availability }),
    [],
  );
  assertEquals(world.turn({ type: "lose_node", nodeId, connectionId, reason: "again" }), []);
});

function refusals(events: readonly MasterEvent[]): string[] {
  return events.flatMap((event) => event.type === "node_refused" ? [event.code] : []);
}

Deno.test("decide() distinguishes a node that left in good order from one that was lost", () => {
  for (const draining of [true, false]) {
    const world = new CoreWorld();
    const { nodeId, connectionId } = world.join(ONE);
    world.turn({ type: "update_availability", nodeId, connectionId, availability: availabilityOf({ draining }) });
    const events = world.turn({ type: "lose_node", nodeId, connectionId, reason: "The node leaves." });
    const lost = events.find((event) => event.type === "node_lost");
    assertEquals(lost?.orderly, draining);
  }
});
