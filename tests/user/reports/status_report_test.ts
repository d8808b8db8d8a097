import type { Status } from "../../../protocol/http_api/status_api.ts";
import { renderStatus } from "../../../user/reports/status_report.ts";
import { assert, assertEquals } from "../../assert.ts";

const QUIET: Status = {
  version: "0.2.0",
  upMs: 273_600_000,
  galleries: 1,
  people: 13,
  nodes: { ready: 2, suspect: 0, draining: 0, offline: 1, waiting: 0, removed: 0 },
  workers: 4,
  workersBusy: 3,
  models: ["faces@2", "yolo@1"],
  pictures: {
    answered: 4_212,
    failed: { image_unreadable: 2, deadline_exceeded: 1 },
    perSecond: 0.3,
    waiting: 2,
    oldestWaitMs: 800,
    running: 3,
  },
  latency: { count: 512, p50Ms: 190, p95Ms: 640, queueMs: 20, wayMs: 8, nodeMs: 160 },
  diskFreeBytes: 82_540_265_472,
  attention: [
    { kind: "node_offline", node: "opb", nodeId: `node_${"0".repeat(20)}`, sinceMs: 420_000 },
    { kind: "node_outdated", node: "opa", nodeId: `node_${"1".repeat(20)}`, version: "0.1.0" },
  ],
};

Deno.test("renderStatus() has one line for each subject", () => {
  assertEquals(renderStatus(QUIET, { address: "192.168.1.10:7400", columnsMax: 200 }).split("\n"), [
    "dml 0.2.0  master 192.168.1.10:7400, up 3 d 4 h",
    "people     13 in 1 gallery",
    "nodes      2 ready, 1 offline, 3 of 4 workers busy",
    "models     faces@2, yolo@1",
    "pictures   4,212 answered, 3 of them refused (2 image_unreadable, 1 deadline_exceeded), 0.3/s, 3 running, 2 waiting, the longest 800 ms",
    "times      p50 190 ms, p95 640 ms, queue 20 ms, way 8 ms, node 160 ms",
    "disk       76.9 GiB free",
    "attention  opb is offline since 7 min, opa runs dml 0.1.0",
    "",
  ]);
});

Deno.test("renderStatus() continues a long subject on the next line, below its first word", () => {
  const lines = renderStatus(QUIET, { address: "192.168.1.10:7400", columnsMax: 60 }).trimEnd().split("\n");
  const from = lines.findIndex((line) => line.startsWith("pictures"));
  assertEquals(lines.slice(from, from + 3), [
    "pictures   4,212 answered,",
    "           3 of them refused (2 image_unreadable, 1 deadline_exceeded),",
    "           0.3/s, 3 running, 2 waiting, the longest 800 ms",
  ]);
});

Deno.test("renderStatus() says what a master without nodes and pictures lacks, and escapes names", () => {
  const nodes = { ready: 0, suspect: 0, draining: 0, offline: 0, waiting: 1, removed: 0 };
  const waiting = { kind: "node_waiting", node: "at\u001b[31mtic", nodeId: `node_${"0".repeat(20)}` } as const;
  const text = renderStatus(
    { ...QUIET, nodes, latency: null, models: [], diskFreeBytes: null, attention: [{ kind: "no_node" }, waiting] },
    { address: "127.0.0.1:7400", columnsMax: 80 },
  );
  assert(text.includes("no picture was recognised yet") && text.includes("no node is connected: pictures wait"), text);
  assert(!text.includes("\u001b") && !text.includes("disk"), text);
});
