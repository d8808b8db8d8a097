import { assertEquals } from "../../../assert.ts";
import type { Effect } from "../../../../master/core/messages/effect.ts";
import type { NodeCommandName } from "../../../../protocol/messages/command.ts";
import { CoreWorld, idOf, type WorldNode } from "../../core_world.ts";

const ONE = idOf("node", 1);
const COMMAND = idOf("command", 1);

function order(world: CoreWorld, nodeId: string, command: NodeCommandName): void {
  world.turn({ type: "run_node_command", commandId: COMMAND, nodeId, command });
}

function done(world: CoreWorld, node: WorldNode, ok: boolean): void {
  world.turn({
    type: "finish_command",
    ...node,
    message: { type: "command.done", commandId: COMMAND, ok, detail: "So it is." },
  });
}

function answers(world: CoreWorld): Extract<Effect, { type: "answer_command" }>[] {
  return world.effects.filter((effect) => effect.type === "answer_command");
}

Deno.test("decideNodeCommand() forwards a command and its answer, once", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  order(world, ONE, "drain");
  assertEquals(world.sentTo(node, "command.run"), [
    { type: "command.run", commandId: COMMAND, command: "drain" },
  ]);
  assertEquals(answers(world), []);
  done(world, node, true);
  done(world, node, true);
  assertEquals(answers(world).map(({ code, detail }) => [code, detail]), [[null, "So it is."]]);
});

Deno.test("decideNodeCommand() gives a draining node no work even before the node has received the command", () => {
  const world = new CoreWorld();
  const node = world.join(ONE);
  order(world, ONE, "drain");
  world.submit();
  assertEquals(world.sentTo(node, "task.assign"), []);
});

Deno.test("decideNodeCommand() refuses a node that is not connected", () => {
  const world = new CoreWorld();
  order(world, ONE, "drain");
  world.lose(world.join(ONE));
  order(world, ONE, "drain");
  assertEquals(answers(world).map(({ code }) => code), ["node_unknown", "node_unknown"]);
});

Deno.test("decideCommandDone() forwards a failure of the node, and ignores other nodes", () => {
  const world = new CoreWorld();
  const [node, other] = [world.join(ONE), world.join(idOf("node", 2))];
  order(world, ONE, "resume");
  done(world, other, true);
  assertEquals(answers(world), []);
  done(world, node, false);
  assertEquals(answers(world).map(({ code }) => code), ["request_invalid"]);
});

Deno.test("abandonCommands() counts leaving as success of a shutdown, and as failure of any other command", () => {
  for (const [command, code] of [["shutdown", null], ["drain", "connection_lost"]] as const) {
    const world = new CoreWorld();
    const node = world.join(ONE);
    order(world, ONE, command);
    world.lose(node);
    assertEquals(answers(world).map((answer) => answer.code), [code]);
  }
});

Deno.test("expireCommands() ends commands that are not answered in time", () => {
  const world = new CoreWorld({ commandDeadlineMs: 5_000 });
  const node = world.join(ONE);
  order(world, ONE, "drain");
  world.pass(4_800, { alive: [node] });
  assertEquals(answers(world), []);
  world.pass(400, { alive: [node] });
  assertEquals(answers(world).map(({ code }) => code), ["deadline_exceeded"]);
  done(world, node, true);
  assertEquals(answers(world).length, 1);
});
