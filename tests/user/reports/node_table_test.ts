import type { NodeListing } from "../../../protocol/http_api/api.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { reasonLines, renderNodes } from "../../../user/reports/node_table.ts";
import { displayWidth } from "../../../user/terminal/render.ts";
import { assert, assertEquals } from "../../assert.ts";

const MODELS: NodeListing["models"] = [
  { model: "faces@1", state: "ready", imagesPerSecond: 6.66, reason: null },
  { model: "face-attributes@1", state: "ready", imagesPerSecond: 4.2, reason: null },
  { model: "empty@1", state: "ready", imagesPerSecond: 9_012, reason: null },
  { model: "workshop-safety-helmets@12", state: "offered", imagesPerSecond: null, reason: null },
];
const SUMMARIES = [
  "faces@1 6.7/s",
  "face-attributes@1 4.2/s",
  "empty@1 9,012/s",
  "workshop-safety-helmets@12 offered",
];

function node(name: string, options: Partial<NodeListing> = {}): NodeListing {
  return {
    nodeId: `node_${"0".repeat(19)}${name.at(-1)}`,
    name,
    address: "192.168.178.120:40000",
    state: "ready",
    version: "0.1.0",
    firstSeenMs: 0,
    lastSeenMs: 0,
    capabilities: { os: "linux", arch: "x86_64", cores: 4, memoryBytes: 8 * 1024 ** 3, workers: 4, engines: ["wasm"] },
    running: 1,
    completed: 12_345,
    models: MODELS,
    ...options,
  };
}

const THREE = [
  node("attic"),
  node("living-room", { state: "offline" }),
  node("cellar", { models: [] }),
];

function table(nodes: readonly NodeListing[], columnsMax: number): string[] {
  const text = renderNodes(nodes, { nowMs: 125_000, columnsMax, color: false });
  assert(text.endsWith("\n"));
  return text.slice(0, -1).split("\n");
}

Deno.test("renderNodes() has one line for each node if there is room", () => {
  const [header, ...lines] = table(THREE, Infinity);
  assertEquals(header.split(/ {2,}/).slice(-2), ["done", "models"]);
  assertEquals(lines.map((line) => line.split(/ {2,}/).at(-1)), [SUMMARIES.join(", "), SUMMARIES.join(", "), "none"]);
  const width = Math.max(...[header, ...lines].map(displayWidth));
  assertEquals(table(THREE, width), [header, ...lines]);
});

Deno.test("renderNodes() shows no number for speeds beyond the clock", () => {
  const imagesPerSecond = LIMITS.imagesPerSecondMax;
  const [, line] = table([node("attic", { models: [{ ...MODELS[2], imagesPerSecond }] })], Infinity);
  assertEquals(line.split(/ {2,}/).at(-1), "empty@1 over 1,000,000/s");
});

Deno.test("renderNodes() puts the models below their node, unshortened, on a terminal of 80 columns", () => {
  const lines = table(THREE, 80);
  assertEquals(lines, [
    "node         state             seen  workers  memory  running   done",
    "attic        ready              now        4   8 GiB        1  12345",
    "  faces@1 6.7/s, face-attributes@1 4.2/s, empty@1 9,012/s,",
    "  workshop-safety-helmets@12 offered",
    "living-room  offline  2 min 5 s ago        4   8 GiB        1  12345",
    "  faces@1 6.7/s, face-attributes@1 4.2/s, empty@1 9,012/s,",
    "  workshop-safety-helmets@12 offered",
    "cellar       ready              now        4   8 GiB        1  12345",
    "  no models",
  ]);
});

Deno.test("renderNodes() drops columns that do not fit, and keeps names and models whole", () => {
  for (let columnsMax = 40; columnsMax < 220; columnsMax++) {
    const lines = table(THREE, columnsMax);
    assert(lines.every((line) => displayWidth(line) <= columnsMax), `${columnsMax} columns: ${lines.join("\n")}`);
    const text = lines.join(" ");
    for (const whole of ["attic", "living-room", "cellar", ...SUMMARIES]) {
      assert(text.includes(whole), `${columnsMax}: ${whole}`);
    }
  }
  assert(table(THREE, 110)[0].includes("address"));
});

Deno.test("renderNodes() shows the ids if two nodes have the same name", () => {
  const twins = [node("twin"), node("twin", { nodeId: `node_${"0".repeat(19)}9` })];
  const lines = table(twins, 80);
  for (const { nodeId } of twins) assert(lines.some((line) => line.includes(nodeId)), nodeId);
  assert(lines.every((line) => displayWidth(line) <= 80));
  assert(!table([node("attic")], 80).join().includes("node_"));
});

Deno.test("renderNodes() shortens a name that does not fit the terminal", () => {
  const long = { model: `${"a".repeat(70)}@1`, state: "ready", imagesPerSecond: 1, reason: null } as const;
  const lines = table([node("n".repeat(64), { models: [long, ...MODELS] })], 40);
  assert(lines.every((line) => displayWidth(line) <= 40), lines.join("\n"));
  assert(lines.some((line) => line.endsWith("@1 1.0/s,")), lines.join("\n"));
});

Deno.test("renderNodes() shows labels if a node has some, and shortens many", () => {
  const labels = Array.from({ length: 20 }, (_, index) => `label-${index}=value`);
  const [header, attic, cellar] = table([
    node("attic", { labels: ["gpu"], models: [] }),
    node("b", { labels, models: [] }),
  ], 200);
  assertEquals(header.split(/ {2,}/).slice(-2), ["labels", "models"]);
  assertEquals(attic.split(/ {2,}/).at(-2), "gpu");
  assert(displayWidth(cellar) <= 200);
  assertEquals(table([node("attic")], Infinity)[0].includes("labels"), false);
});

Deno.test("renderNodes() keeps within the terminal with 1,000 nodes, and reasonLines() groups the same reason", () => {
  const reason = "It needs 9216 MiB of memory; the host has 2048.";
  const unsuitable = [{ model: "big@1", state: "unsuitable", imagesPerSecond: null, reason }] as const;
  const nodes = Array.from(
    { length: 1_000 },
    (_, index) => node(`${index}-${"n".repeat(index % 100)}`, { labels: [`room=r${index}`], models: [...unsuitable] }),
  );
  const lines = table(nodes, 80);
  assertEquals(lines.length, 2_001, "the header, a line a node and its models below it");
  assert(lines.every((line) => displayWidth(line) <= 80));
  assertEquals(reasonLines(nodes), [`${nodes[0].name}, ${nodes[1].name} and 998 more: big@1 is unsuitable: ${reason}`]);
  assertEquals(reasonLines(nodes.slice(0, 3)).length, 3);
});
