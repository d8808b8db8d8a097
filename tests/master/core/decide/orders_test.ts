import type { Effect } from "../../../../master/core/messages/effect.ts";
import type { NodeOrderName } from "../../../../protocol/messages/command_names.ts";
import type { ProgramStateMessage } from "../../../../protocol/messages/program.ts";
import { digestOf } from "../../../../protocol/kernel/digest.ts";
import { assertEquals } from "../../../assert.ts";
import { CoreWorld, idOf, type WorldNode } from "../../core_world.ts";

const ONE = idOf("node", 1);
const COMMAND = idOf("command", 1);
const PROGRAM = { version: "0.2.0", target: "linux-x64", digest: digestOf(new Uint8Array([1])), size: 1 };

function order(world: CoreWorld, command: NodeOrderName): void {
  world.turn({ type: "run_node_command", commandId: COMMAND, nodeId: ONE, command });
}

function done(world: CoreWorld, node: WorldNode, ok: boolean): void {
  const message = { type: "command.done", commandId: COMMAND, ok, detail: "So it is." } as const;
  world.turn({ type: "finish_command", ...node, message });
}

function report(world: CoreWorld, node: WorldNode, state: ProgramStateMessage["state"], reason: string | null): void {
  const message = { type: "program.state", digest: PROGRAM.digest, state, reason } as const;
  world.turn({ type: "accept_program_state", ...node, message });
}

function answers(world: CoreWorld): [string | null, string][] {
  return world.effects
    .filter((effect): effect is Extract<Effect, { type: "answer_command" }> => effect.type === "answer_command")
    .map(({ code, detail }) => [code, detail]);
}

Deno.test("a restart is done only when the node has come back", () => {
  const world = new CoreWorld();
  const node = world.join(ONE, { hello: { version: "0.1.0" } });
  order(world, "restart");
  assertEquals(world.state.nodes.get(ONE)?.connection?.draining, true);
  done(world, node, true);
  world.lose(node);
  assertEquals(answers(world), []);
  world.join(ONE, { hello: { version: "0.1.0" } });
  assertEquals(answers(world), [[null, "It is back, with dml 0.1.0."]]);
});

Deno.test("a restart that the node refuses, or before which it is lost, has failed", () => {
  const refused = new CoreWorld();
  const node = refused.join(ONE);
  order(refused, "restart");
  done(refused, node, false);
  assertEquals(answers(refused), [["request_invalid", "So it is."]]);
  const lost = new CoreWorld();
  const gone = lost.join(ONE);
  order(lost, "restart");
  lost.lose(gone);
  assertEquals(answers(lost).map(([code]) => code), ["connection_lost"]);
  lost.join(ONE);
  assertEquals(answers(lost).length, 1);
});

Deno.test("a node that does not come back from a restart lets the order fail, and slow orders get more time", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  order(world, "restart");
  done(world, node, true);
  world.lose(node);
  world.pass(149_000, { stepMs: 1_000 });
  assertEquals(answers(world), []);
  world.pass(2_000);
  assertEquals(answers(world), [
    ["deadline_exceeded", "The node left because of the command restart and has not come back in time."],
  ]);
});

Deno.test("only orders that drain a node keep new work from it before it answers", () => {
  const draining = (["drain", "resume", "shutdown", "status", "restart", "reload", "bench", "gc", "doctor"] as const)
    .filter((command) => {
      const world = new CoreWorld();
      world.join(ONE);
      order(world, command);
      return world.state.nodes.get(ONE)?.connection?.draining;
    });
  assertEquals(draining, ["drain", "shutdown", "restart"]);
});

Deno.test("upgrade has nothing to do on a node that runs the newest program", () => {
  const world = new CoreWorld();
  const node = world.join(ONE, { hello: { version: "0.2.0" } });
  world.turn({ type: "add_program", program: PROGRAM });
  order(world, "upgrade");
  assertEquals(answers(world), [[null, "It runs dml 0.2.0, and the master has nothing newer for linux-x64."]]);
  assertEquals([world.sentTo(node, "program.offer"), world.sentTo(node, "command.run")], [[], []]);
});

Deno.test("upgrade offers the program again to a node that had declined it, and says why it declines again", () => {
  const world = new CoreWorld();
  const node = world.join(ONE, { hello: { version: "0.1.0" } });
  world.turn({ type: "add_program", program: PROGRAM }, { type: "tick" });
  report(world, node, "declined", "The node was not started with --upgrade.");
  order(world, "upgrade");
  assertEquals(world.sentTo(node, "program.offer").length, 2);
  report(world, node, "declined", "The node was not started with --upgrade.");
  assertEquals(answers(world), [["request_invalid", "The node was not started with --upgrade."]]);
});

Deno.test("upgrade is done when the node has come back with the newer version, and failed with the old one", () => {
  for (const [version, code] of [["0.2.0", null], ["0.1.0", "request_invalid"]] as const) {
    const world = new CoreWorld();
    const node = world.join(ONE, { hello: { version: "0.1.0" } });
    world.turn({ type: "add_program", program: PROGRAM });
    order(world, "upgrade");
    report(world, node, "fetching", null);
    order(world, "upgrade"); // it is not offered anew while the node fetches it
    assertEquals(world.sentTo(node, "program.offer").length, 1);
    report(world, node, "restarting", null);
    world.lose(node);
    assertEquals(answers(world), []);
    world.join(ONE, { hello: { version } });
    assertEquals(answers(world).map(([code]) => code), [code]);
  }
});
