import type { Candidate } from "../../../../protocol/http_api/explanation_api.ts";
import type { ExplainCommand } from "../../../../user/cli/nodes/explain_command.ts";
import { parseCommand } from "../../../../user/cli/parse_command.ts";
import { runExplain } from "../../../../user/commands/fleet/explain.ts";
import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";
import { idOf } from "../../../master/core_world.ts";
import { FakeFleetClient } from "../../fake_fleet_client.ts";
import { FakeTerminal } from "../../fake_terminal.ts";

const READY: Candidate = {
  nodeId: idOf("node", 1),
  name: "attic",
  obstacle: null,
  reason: null,
  workers: 2,
  held: 3,
  serviceMs: 45.2,
  expectedMs: 90.4,
};
const GONE: Candidate = {
  ...READY,
  name: "cell\u001b[31mar",
  obstacle: "offline",
  reason: "It is not connected.",
  held: 0,
  serviceMs: null,
  expectedMs: null,
};

function commandOf(line: string): ExplainCommand {
  const { command } = parseCommand(line.split(" "), {});
  assert(command.verb === "explain");
  return command;
}

async function printed(line: string, nodes: readonly Candidate[]): Promise<string> {
  const [terminal, fleet] = [new FakeTerminal(), new FakeFleetClient()];
  fleet.explanation = { model: "faces@1", gallery: null, waiting: 4, nodes: [...nodes] };
  assertEquals(await runExplain(commandOf(line), { terminal, fleet }), 0);
  return terminal.outText;
}

Deno.test("runExplain() prints who comes next, and why not the others", async () => {
  const text = await printed("explain", [READY, GONE]);
  assertStringIncludes(text, "faces: 4 pictures waiting for a node.\n");
  assertStringIncludes(text, "attic       ");
  assertStringIncludes(text, "90 ms");
  assertStringIncludes(text, "3 of 2 workers");
  assertStringIncludes(text, "offline: It is not connected.");
  assert(!text.includes("\u001b"), "names steer no terminal");
});

Deno.test("runExplain() names the gallery, prints JSON, and says what to do without nodes", async () => {
  assertStringIncludes(await printed("explain yolo@2 -g home", [READY]), "yolo@2 with the gallery home: ");
  assertStringIncludes(await printed("explain", []), "`dml token show node`");
  const parsed = JSON.parse(await printed("explain yolo --json", [READY]));
  assertEquals([parsed.model, parsed.waiting, parsed.nodes[0].expectedMs], ["yolo", 4, 90.4]);
});

Deno.test("explain asks about faces and no gallery, unless told otherwise", () => {
  assertEquals([commandOf("explain").model, commandOf("explain").gallery], ["faces", null]);
  assertEquals(commandOf("explain --gallery none").gallery, null);
});
