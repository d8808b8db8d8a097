import type { Compliance } from "../../../../protocol/http_api/fleet_api.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import {
  requirementsText,
  runLabel,
  runRequire,
  runRequirements,
} from "../../../../user/commands/fleet/requirements.ts";
import { runBind } from "../../../../user/commands/fleet/bind.ts";
import { displayWidth } from "../../../../user/terminal/render.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { idOf } from "../../../master/core_world.ts";
import { FakeClusterClient } from "../../fake_cluster_client.ts";
import { FakeFleetClient } from "../../fake_fleet_client.ts";
import { FakeTerminal } from "../../fake_terminal.ts";
import { listedNode } from "../../listed_node.ts";

const ALL = { kind: "all" } as const;

function setUp() {
  const cluster = new FakeClusterClient();
  cluster.listing = [listedNode(1, "attic"), listedNode(2, "cellar")];
  return { cluster, terminal: new FakeTerminal(), fleet: new FakeFleetClient() };
}

function node(name: string, state: Compliance["state"], reason: string | null = null): Compliance {
  return { nodeId: idOf("node", 1), name, state, reason };
}

Deno.test("runLabel() and runBind() send what was asked, and print the answer", async () => {
  const context = setUp();
  const label = { action: "label", node: "cellar", set: ["gpu"], remove: ["old"], json: false } as const;
  assertEquals(await runLabel(label, context), 0);
  assertEquals(await runBind({ model: "yolo", labels: ["gpu"], json: false }, context), 0);
  assertEquals(context.fleet.changes, [[idOf("node", 2), { set: ["gpu"], remove: ["old"] }], ["yolo", ["gpu"]]]);
  assertEquals(context.terminal.outText, "cellar: So it is.\nSo it is.\n");
  await assertRejects(() => runLabel({ ...label, node: "barn" }, context), DmlError);
});

Deno.test("runRequire() names the node by its id, and states every requirement", async () => {
  const context = setUp();
  const require = { action: "require", requirements: ["faces@2", "memory=1GiB"], json: false } as const;
  await runRequire({ ...require, targets: { kind: "nodes", names: ["attic"] } }, context);
  await runRequire({ ...require, action: "unrequire", targets: { kind: "labels", labels: ["gpu"] } }, context);
  const target = { kind: "node", nodeId: idOf("node", 1) };
  const labelled = { kind: "label", label: "gpu" };
  assertEquals(context.fleet.changes, [
    [{ target, requirement: "faces@2", isRequired: true }],
    [{ target, requirement: "memory=1GiB", isRequired: true }],
    [{ target: labelled, requirement: "faces@2", isRequired: false }],
    [{ target: labelled, requirement: "memory=1GiB", isRequired: false }],
  ]);
});

Deno.test("runRequirements() exits with 1 exactly if something is unmet", async () => {
  for (const [states, code] of [[["met", "converging", "unknown"], 0], [["met", "unmet"], 1], [[], 0]] as const) {
    const context = setUp();
    const nodes = states.map((state) => node("attic", state));
    context.fleet.listing = { requirements: [{ target: ALL, requirement: "faces", sinceMs: 0, nodes }], bindings: [] };
    assertEquals(await runRequirements({ json: true }, context), code, states.join());
    assertEquals(JSON.parse(context.terminal.outText), context.fleet.listing);
  }
});

Deno.test("requirementsText() has a row a node, and of many nodes only those that fall short", () => {
  const options = { columnsMax: 80, color: false };
  const few = requirementsText({
    requirements: [
      {
        target: ALL,
        requirement: "faces@2",
        sinceMs: 0,
        nodes: [node("attic", "met"), node("cellar", "unmet", "Why.")],
      },
      { target: { kind: "label", label: "fan" }, requirement: "disk=1GiB", sinceMs: 0, nodes: [] },
    ],
    bindings: [{ model: "yolo", labels: ["gpu", "room=attic"] }],
  }, options);
  assertEquals(few.split("\n").slice(1).map((line) => line.split(/ {2,}/)), [
    ["faces@2", "all nodes", "attic", "met"],
    ["faces@2", "all nodes", "cellar", "unmet", "Why."],
    ["disk=1GiB", "label fan", "No such node is known yet."],
    ["yolo is only for nodes with the label gpu and room=attic."],
    [""],
  ]);
  const nodes = Array.from(
    { length: 1_000 },
    (_, index) => node(`n${index}`, index === 7 ? "unmet" : "met", "Why. ".repeat(40)),
  );
  const many = requirementsText({
    requirements: [{ target: ALL, requirement: "faces", sinceMs: 0, nodes }],
    bindings: [],
  }, options);
  const lines = many.trimEnd().split("\n");
  assertEquals(lines.length, 3);
  assertEquals(lines[1].split(/ {2,}/), ["faces", "all nodes", "999 nodes", "met"]);
  assert(lines.every((line) => displayWidth(line) <= 80));
});
