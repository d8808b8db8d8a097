import type { ProgramStateMessage } from "../../../../protocol/messages/program.ts";
import { listPrograms } from "../../../../master/programs/program_listing.ts";
import { assertEquals } from "../../../assert.ts";
import { programOf } from "../../../protocol/program/programs.ts";
import { CoreWorld, idOf, type WorldNode } from "../../core_world.ts";

const NEWER = programOf("0.2.0");

function worldWith(nodes: number, hello: Parameters<CoreWorld["join"]>[1] = {}): [CoreWorld, WorldNode[]] {
  const world = new CoreWorld();
  world.turn({ type: "add_program", program: NEWER });
  const joined = Array.from({ length: nodes }, (_, index) => world.join(idOf("node", index + 1), hello));
  return [world, joined];
}

function report(world: CoreWorld, node: WorldNode, state: ProgramStateMessage["state"]): void {
  const message = { type: "program.state", digest: NEWER.digest, state, reason: null } as const;
  world.turn({ type: "accept_program_state", ...node, message });
}

function offered(world: CoreWorld, nodes: readonly WorldNode[]): number[] {
  return nodes.map((node) => world.sentTo(node, "program.offer").length);
}

function states(world: CoreWorld): string[] {
  return listPrograms(world.state, "0.2.0").nodes.map(({ state }) => state);
}

Deno.test("offerPrograms() offers nodes with an older version the program for their kind of host", () => {
  const [world, [old]] = worldWith(1);
  const current = world.join(idOf("node", 8), { hello: { version: "0.2.0" } });
  const capabilities = { os: "darwin", arch: "aarch64", cores: 1, memoryBytes: 1, workers: 1, engines: [] };
  const other = world.join(idOf("node", 9), { hello: { capabilities } });
  world.turn({ type: "tick" });
  assertEquals(world.sentTo(old, "program.offer"), [{ type: "program.offer", ...NEWER }]);
  assertEquals(offered(world, [current, other]), [0, 0]);
  assertEquals(states(world), ["offered", "current", "current"]);
});

Deno.test("offerPrograms() takes one of four nodes off its work at a time", () => {
  const [world, nodes] = worldWith(8);
  world.turn({ type: "tick" });
  assertEquals(offered(world, nodes), [1, 1, 0, 0, 0, 0, 0, 0]);
  report(world, nodes[0], "fetching");
  report(world, nodes[1], "declined");
  world.turn({ type: "tick" });
  assertEquals(offered(world, nodes), [1, 1, 1, 0, 0, 0, 0, 0]);
  report(world, nodes[0], "restarting");
  world.lose(nodes[0]);
  world.turn({ type: "tick" });
  assertEquals(offered(world, nodes)[3], 0, "one node is restarting, another was just offered it");
  const back = world.join(idOf("node", 1), { hello: { version: "0.2.0" } });
  world.turn({ type: "tick" });
  assertEquals(
    [offered(world, [back])[0], offered(world, nodes)[3]],
    [1, 1],
    "a node is not offered the program that it runs",
  );
  assertEquals(states(world).slice(0, 4), ["current", "declined", "offered", "offered"]);
});

Deno.test("offerPrograms() repeats an offer after a temporary refusal, after a permanent one only when the node reconnects", () => {
  const [world, nodes] = worldWith(1);
  const [node] = nodes;
  world.turn({ type: "tick" });
  report(world, node, "failed");
  world.pass(world.state.settings.offerAgainMs - 1_000, { alive: nodes });
  assertEquals(offered(world, nodes), [1]);
  world.pass(2_000, { alive: nodes });
  assertEquals(offered(world, nodes), [2]);
  report(world, node, "declined");
  world.pass(60_000, { alive: nodes, stepMs: 1_000 });
  assertEquals(offered(world, nodes), [2]);
  world.lose(node);
  world.join(node.nodeId);
  world.turn({ type: "tick" });
  assertEquals(offered(world, nodes), [3]);
});

Deno.test("offerPrograms() reports a node that supports no programs, and does not wait for it", () => {
  const [world, nodes] = worldWith(2);
  world.turn({ type: "tick" });
  assertEquals(offered(world, nodes), [1, 0]);
  world.pass(11_000, { alive: nodes });
  assertEquals(offered(world, nodes), [1, 1]);
  const [{ state, reason }] = listPrograms(world.state, "0.2.0").nodes;
  assertEquals(state, "declined");
  assertEquals(reason, "Its version of dml cannot upgrade from a master; copy the new executable to it once.");
});

Deno.test("addProgram() keeps the newer of two, and what a node says of another one is nothing", () => {
  const [world, [node]] = worldWith(1);
  world.turn({ type: "add_program", program: programOf("0.1.9") });
  assertEquals([...world.state.programs.values()], [NEWER]);
  const message = {
    type: "program.state",
    digest: programOf("0.9.0").digest,
    state: "fetching",
    reason: null,
  } as const;
  assertEquals(world.turn({ type: "accept_program_state", ...node, message }), []);
});
