import type { NodeListing } from "../../../protocol/http_api/api.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { newId } from "../../../protocol/kernel/id.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { runNodes } from "../../../user/commands/nodes.ts";
import { runModelsList } from "../../../user/commands/models/list.ts";
import type { NodesCommand } from "../../../user/cli/command.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import type { NodeDecision } from "../../../protocol/messages/node_decision_names.ts";
import type { NodeOrderName } from "../../../protocol/messages/command_names.ts";
import { FakeClusterClient } from "../fake_cluster_client.ts";
import { FakeFleetClient } from "../fake_fleet_client.ts";
import { FakeTerminal } from "../fake_terminal.ts";

const random = seededRandom(7);

function node(name: string, options: Partial<NodeListing> = {}): NodeListing {
  return {
    nodeId: newId("node", random),
    name,
    address: "10.0.0.2:40000",
    state: "ready",
    version: "0.1.0",
    firstSeenMs: 0,
    lastSeenMs: 0,
    capabilities: {
      os: "linux",
      arch: "x86_64",
      cores: 4,
      memoryBytes: 8 * 1024 ** 3,
      workers: 4,
      engines: ["wasm", "none"],
    },
    running: 1,
    completed: 12,
    models: [{ model: "faces@1", state: "ready", imagesPerSecond: 6.66, reason: null }],
    ...options,
  };
}

function setUp(listing: NodeListing[]) {
  const cluster = new FakeClusterClient();
  cluster.listing = listing;
  const clock = new ManualClock();
  clock.advance(125_000);
  return { cluster, clock, terminal: new FakeTerminal(), fleet: new FakeFleetClient() };
}

const LIST = { verb: "nodes", master: null, token: null, json: false, action: "list" } as const;

function orderOf(order: NodeOrderName, ...names: string[]): NodesCommand {
  return { ...LIST, action: "order", order, targets: { kind: "nodes", names }, dryRun: false };
}

Deno.test("runNodes() lists the work, the models and the failures of each node", async () => {
  const reason = "192 MiB are needed, 100 MiB are free";
  const context = setUp([
    node("attic"),
    node("cellar", {
      state: "offline",
      models: [{ model: "faces@1", state: "unsuitable", imagesPerSecond: null, reason }],
    }),
  ]);
  assertEquals(await runNodes(LIST, context), 0);
  const [header, attic, cellar, why] = context.terminal.outText.split("\n");
  assertEquals(header.split(/ {2,}/).slice(0, 4), ["node", "id", "state", "address"]);
  assertStringIncludes(attic, "faces@1 6.7/s");
  assertStringIncludes(cellar, "2 min 5 s ago");
  assertEquals(why, `cellar: faces@1 is unsuitable: ${reason}`);
});

Deno.test("runNodes() shortens no name on a terminal of 80 columns", async () => {
  const ready = { state: "ready", imagesPerSecond: 9, reason: null } as const;
  const models = ["faces@1", "face-attributes@1", "empty@1"].map((model) => ({ model, ...ready }));
  const context = setUp([node("attic", { models }), node("cellar", { models })]);
  context.terminal.outColumns = 80;
  await runNodes(LIST, context);
  assertStringIncludes(context.terminal.outText, "  faces@1 9.0/s, face-attributes@1 9.0/s, empty@1 9.0/s\n");
});

Deno.test("runNodes() --json prints each node as the master sent it, and nothing without nodes", async () => {
  const context = setUp([node("attic"), node("cellar")]);
  await runNodes({ ...LIST, json: true }, context);
  const lines = context.terminal.outText.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines, context.cluster.listing);
  const bare = setUp([]);
  await runNodes(LIST, bare);
  assertStringIncludes(bare.terminal.outText, "dml join");
});

Deno.test("runNodes() sends the command to the only node of that name or id", async () => {
  const [attic, cellar] = [node("attic"), node("cellar")];
  for (const wanted of ["cellar", cellar.nodeId]) {
    const context = setUp([attic, cellar]);
    await runNodes(orderOf("drain", wanted), context);
    assertEquals(context.cluster.orders, [[cellar.nodeId, "drain"]]);
    assertEquals(context.terminal.outText, "cellar: draining\n");
  }
});

Deno.test("runNodes() carries out a decision about the node that is meant, of several with that name", async () => {
  const [live, waiting, removed] = (["ready", "waiting", "removed"] as const).map((state) => node("attic", { state }));
  const decisionOf = (decision: NodeDecision, wanted: string): NodesCommand => ({
    ...LIST,
    action: "judge",
    decision,
    node: wanted,
  });
  const cases = [
    [decisionOf("approve", "attic"), waiting, "approve"],
    [decisionOf("restore", "attic"), removed, "restore"],
    [orderOf("drain", "attic"), live, "drain"],
  ] as const;
  for (const [command, meant, word] of cases) {
    const context = setUp([live, waiting, removed]);
    await runNodes(command, context);
    assertEquals(context.cluster.orders, [[meant.nodeId, word]]);
  }
  const context = setUp([live, waiting, removed]);
  const remove = (wanted: string) => runNodes(decisionOf("remove", wanted), context);
  const { advice } = await assertRejects(() => remove("attic"), DmlError) as DmlError;
  assertEquals(advice, `Name one by its id: ${live.nodeId}, ${waiting.nodeId}.`);
  await remove(live.nodeId);
  assertEquals(context.cluster.orders, [[live.nodeId, "remove"]]);
});

Deno.test("runNodes() says of each node that waits where it is and how it is let in", async () => {
  const waiting = node("attic", { state: "waiting", models: [] });
  const context = setUp([node("cellar"), waiting]);
  await runNodes(LIST, context);
  const sentence = `attic at 10.0.0.2:40000 waits for approval. If its host prints the id ${waiting.nodeId}, ` +
    `\`dml nodes approve ${waiting.nodeId}\` lets it in.`;
  assertEquals(context.terminal.outText.trimEnd().split("\n").at(-1), sentence);
});

Deno.test("runNodes() refuses an unknown or ambiguous name, and sends no command", async () => {
  const context = setUp([node("attic"), node("twin"), node("twin")]);
  const ordered = (wanted: string) =>
    assertRejects(
      () => runNodes(orderOf("shutdown", wanted), context),
      DmlError,
    );
  const unknown = await ordered("attik");
  assertEquals([unknown.code, unknown.advice], ["node_unknown", "Did you mean attic?"]);
  const ambiguous = await ordered("twin");
  for (const { nodeId } of context.cluster.listing.slice(1)) assertStringIncludes(ambiguous.advice, nodeId);
  assertEquals(context.cluster.orders, []);
});

Deno.test("runModelsList() lists the names of models", async () => {
  const { cluster, terminal } = setUp([]);
  cluster.modelListing = [{
    name: "faces@1",
    description: "Finds faces.",
    license: "MIT",
    manifestDigest: digestOf(new Uint8Array()),
    bytes: 7 * 1024 ** 2,
    requirements: { engine: "wasm", memoryBytes: 1 },
    readyNodes: 2,
  }];
  const command = { json: false };
  assertEquals(await runModelsList(command, { terminal, cluster }), 0);
  assertEquals(terminal.outText.split("\n")[1].split(/ {2,}/), ["faces@1", "7 MiB", "2", "MIT", "Finds faces."]);
  terminal.outText = "";
  await runModelsList({ ...command, json: true }, { terminal, cluster });
  assertEquals(JSON.parse(terminal.outText), cluster.modelListing[0]);
});
