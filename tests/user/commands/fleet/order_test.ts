import type { NodeListing } from "../../../../protocol/http_api/api.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { idOf } from "../../../master/core_world.ts";
import type { NodeOrderName } from "../../../../protocol/messages/command_names.ts";
import type { NodeTargets } from "../../../../user/cli/nodes/nodes_command.ts";
import { runOrder } from "../../../../user/commands/fleet/order.ts";
import { displayWidth } from "../../../../user/terminal/render.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { FakeClusterClient } from "../../fake_cluster_client.ts";
import { FakeTerminal } from "../../fake_terminal.ts";
import { listedNode } from "../../listed_node.ts";

const ALL: NodeTargets = { kind: "all" };

function setUp(nodes: NodeListing[]) {
  const cluster = new FakeClusterClient();
  cluster.listing = nodes;
  return { cluster, terminal: new FakeTerminal() };
}

function order(order: NodeOrderName, targets: NodeTargets, options: { dryRun?: boolean; json?: boolean } = {}) {
  return { action: "order" as const, order, targets, dryRun: false, json: false, ...options };
}

const three = () => [
  listedNode(1, "attic", { labels: ["gpu", "room=attic"] }),
  listedNode(2, "cellar", { labels: ["gpu"] }),
  listedNode(3, "barn", { state: "offline" }),
];

Deno.test("runOrder() reaches all connected nodes, or those with each label, and says whom it passed over", async () => {
  const context = setUp(three());
  assertEquals(await runOrder(order("drain", ALL), context), 0);
  assertEquals(context.cluster.orders, [[idOf("node", 1), "drain"], [idOf("node", 2), "drain"]]);
  assertEquals(context.terminal.outText.split("\n").map((line) => line.split(/ {2,}/)), [
    ["attic", "ok", "draining"],
    ["cellar", "ok", "draining"],
    ["barn", "skipped", "It is not connected."],
    ["2 ok, 1 skipped."],
    [""],
  ]);
  const labelled = setUp(three());
  await runOrder(order("drain", { kind: "labels", labels: ["gpu", "room"] }), labelled);
  assertEquals(labelled.cluster.orders, [[idOf("node", 1), "drain"]]);
});

Deno.test("runOrder() --all and --label are not about nodes that wait for approval or were removed", async () => {
  const strangers = (["waiting", "removed"] as const).map((state, index) =>
    listedNode(4 + index, "attic", { state, labels: ["gpu"] })
  );
  for (const targets of [ALL, { kind: "labels", labels: ["gpu"] }, { kind: "nodes", names: ["attic"] }] as const) {
    const context = setUp([...three().slice(0, 1), ...strangers]);
    await runOrder(order("drain", targets), context);
    assertEquals(context.cluster.orders, [[idOf("node", 1), "drain"]]);
    assertEquals(context.terminal.outText, "attic: draining\n");
  }
});

Deno.test("runOrder() --dry-run asks no node", async () => {
  const context = setUp(three());
  assertEquals(await runOrder(order("shutdown", ALL, { dryRun: true, json: true }), context), 0);
  assertEquals(context.cluster.orders, []);
  const rows = context.terminal.outText.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(rows.map(({ name, outcome }) => [name, outcome]), [
    ["attic", "dry-run"],
    ["cellar", "dry-run"],
    ["barn", "skipped"],
  ]);
});

Deno.test("runOrder() goes on after a failure, reports it, and does not exit with 0", async () => {
  const context = setUp(three());
  context.cluster.onOrder = (nodeId) => {
    if (nodeId === idOf("node", 1)) throw new DmlError("connection_lost", "The node left.");
    return "Done.\nfaces@1: 4.0 images/s";
  };
  assertEquals(await runOrder(order("bench", ALL, { json: true }), context), 1);
  const [attic, cellar] = context.terminal.outText.split("\n").slice(0, 2).map((line) => JSON.parse(line));
  assertEquals([attic.outcome, attic.code, attic.detail], ["failed", "connection_lost", "The node left."]);
  assertEquals(cellar, {
    nodeId: idOf("node", 2),
    name: "cellar",
    command: "bench",
    outcome: "ok",
    code: null,
    detail: "Done.\nfaces@1: 4.0 images/s",
  });
  const named = setUp(three());
  named.cluster.onOrder = context.cluster.onOrder;
  assertEquals(
    await runOrder(order("bench", { kind: "nodes", names: ["attic"] }), named),
    3,
    "the code of the failure",
  );
  assertEquals(named.terminal.outText, "attic: failed: The node left.\n");
  const missing = { kind: "labels", labels: ["fan"] } as const;
  assertEquals((await assertRejects(() => runOrder(order("gc", missing), named), DmlError)).code, "node_unknown");
});

Deno.test("runOrder() interrupts the work of a quarter of the nodes at a time at most", async () => {
  for (const [name, most] of [["restart", 3], ["bench", 3], ["drain", 12]] as const) {
    const context = setUp(Array.from({ length: 12 }, (_, index) => listedNode(index, `n${index}`)));
    let [running, highest] = [0, 0];
    context.cluster.onOrder = async () => {
      highest = Math.max(highest, ++running);
      await null; // every order that may begin has begun by then
      running--;
      return "done";
    };
    await runOrder(order(name, ALL), context);
    assertEquals([highest, context.cluster.orders.length], [most, 12], name);
  }
});

Deno.test("runOrder() keeps its rows within the terminal, with 1,000 nodes, long names and hostile details", async () => {
  const nodes = Array.from({ length: 1_000 }, (_, index) => listedNode(index, `${index}-${"x".repeat(index % 90)}`));
  const context = setUp(nodes);
  context.terminal.outColumns = 80;
  context.cluster.onOrder = () => `${"A long sentence. ".repeat(20)}\x1b[2J\nsecond line`;
  assertEquals(await runOrder(order("status", ALL), context), 0);
  const lines = context.terminal.outText.trimEnd().split("\n");
  assertEquals(lines.length, 1_001, "one row a node");
  assert(lines.every((line) => displayWidth(line) <= 80));
  assertEquals(context.terminal.outText.includes("\x1b"), false);
  assertStringIncludes(context.terminal.outText, "1000 ok.");
});
